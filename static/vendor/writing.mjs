// What static/writing.js uses of the libraries, under one global name.
import { autocompletion, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { markdown, markdownKeymap, markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorSelection, EditorState } from "@codemirror/state";
import { Decoration, EditorView, keymap, ViewPlugin, WidgetType } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import TurndownService from "turndown";
import { strikethrough, tables } from "turndown-plugin-gfm";

globalThis.Writing = {
  autocompletion,
  completionKeymap,
  startCompletion,
  defaultKeymap,
  history,
  historyKeymap,
  markdown,
  markdownKeymap,
  markdownLanguage,
  HighlightStyle,
  syntaxHighlighting,
  syntaxTree,
  openSearchPanel,
  search,
  searchKeymap,
  EditorSelection,
  EditorState,
  Decoration,
  EditorView,
  keymap,
  ViewPlugin,
  WidgetType,
  tags,
  TurndownService,
  strikethrough,
  tables,
};
