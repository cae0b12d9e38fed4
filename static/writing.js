// The writing surface: the texts of an article look like what they will become, and stay Markdown. Without this script the form has
// plain fields, which keep the text in any case.
"use strict";

(() => {
  const form = document.querySelector("form.write[data-saved]");
  const library = globalThis.Writing;
  if (!form || !library) return;
  const { EditorState, EditorView, EditorSelection, Decoration, ViewPlugin, WidgetType, keymap, tags } = library;
  const texts = form.dataset;
  const surfaces = new Map();
  let current = null;

  // Marks such as ** are shown on the lines that the cursor is on, and pictures below their line.
  class Picture extends WidgetType {
    constructor(src, alt) {
      super();
      this.src = src;
      this.alt = alt;
    }
    eq(other) {
      return other.src === this.src && other.alt === this.alt;
    }
    toDOM(view) {
      const picture = document.createElement("img");
      picture.src = this.src;
      picture.alt = this.alt;
      picture.title = this.alt;
      picture.addEventListener("load", () => view.requestMeasure());
      const shown = document.createElement("span");
      shown.className = "shown";
      shown.append(picture);
      return shown;
    }
  }
  const MARKS = new Set(["HeaderMark", "EmphasisMark", "StrikethroughMark", "CodeMark", "LinkMark", "QuoteMark"]);
  const marksOf = (view) => {
    const { doc, selection } = view.state;
    const isEdited = (from, to) => view.hasFocus && selection.ranges.some((range) => range.from <= doc.lineAt(to).to && range.to >= doc.lineAt(from).from);
    const found = [];
    const hide = (from, to) => from < to && found.push(Decoration.replace({}).range(from, to));
    for (const { from, to } of view.visibleRanges) {
      library.syntaxTree(view.state).iterate({
        from,
        to,
        enter: (node) => {
          if (node.name === "Blockquote") {
            for (let at = node.from; at <= node.to; at = doc.lineAt(at).to + 1) found.push(Decoration.line({ class: "quoted" }).range(doc.lineAt(at).from));
          }
          if (node.name === "Image") {
            const [, alt, src] = /^!\[((?:\\.|[^\]\\])*)\]\(<?(\/media\/[^\s)>]+)/.exec(doc.sliceString(node.from, node.to)) ?? [];
            const widget = src && new Picture(src, alt.replace(/\\(.)/g, "$1"));
            // What is on several lines cannot be hidden.
            const isOneLine = doc.lineAt(node.from).to >= node.to;
            if (widget && (isEdited(node.from, node.to) || !isOneLine)) found.push(Decoration.widget({ widget, side: 1 }).range(node.to));
            else if (widget) found.push(Decoration.replace({ widget }).range(node.from, node.to));
            return false;
          }
          if (node.name === "FencedCode" || node.name === "Table") return false;
          if (isEdited(node.from, node.to)) return undefined;
          if (node.name === "URL" && node.node.parent?.name === "Link") {
            hide(node.from, node.to);
          } else if (MARKS.has(node.name)) {
            const space = (node.name === "HeaderMark" || node.name === "QuoteMark") && doc.sliceString(node.to, node.to + 1) === " ";
            // `[^s1]` is read as a link without an address; it stays as it is.
            const parent = node.node.parent;
            if (parent?.name === "Link" && !parent.getChild("URL")) return undefined;
            hide(node.from, node.to + (space ? 1 : 0));
          }
          return undefined;
        },
      });
    }
    return Decoration.set(found, true);
  };
  const marks = ViewPlugin.fromClass(
    class {
      constructor(view) {
        this.decorations = marksOf(view);
      }
      update(update) {
        const parsed = library.syntaxTree(update.startState) !== library.syntaxTree(update.state);
        if (update.docChanged || update.selectionSet || update.viewportChanged || update.focusChanged || parsed) this.decorations = marksOf(update.view);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );

  const look = [
    EditorView.theme({
      "&": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--edge)", borderRadius: "3px" },
      "&.cm-focused": { outline: "2px solid var(--link)", outlineOffset: "1px" },
      ".cm-scroller": { fontFamily: "var(--serif)", fontSize: "1.125rem", lineHeight: "1.6", overflowX: "hidden" },
      ".cm-content": { padding: "0.75rem 0.9rem", caretColor: "var(--ink)", minHeight: "var(--height)" },
      ".cm-line": { padding: "0", unicodeBidi: "plaintext", textAlign: "start" },
      ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
      "&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection": { backgroundColor: "color-mix(in srgb, var(--link) 25%, var(--paper)) !important" },
      ".quoted": { borderLeft: "3px solid var(--rule)", paddingLeft: "0.9rem" },
      ".shown": { display: "block", padding: "0.4rem 0" },
      ".shown img": { display: "block", maxWidth: "min(100%, 24rem)", maxHeight: "18rem" },
      ".cm-panels": { backgroundColor: "var(--wash)", color: "var(--ink)", borderColor: "var(--rule)", fontFamily: "var(--sans)" },
      ".cm-panel.cm-search": { padding: "0.5rem 2rem 0.5rem 0.6rem", fontSize: "0.9375rem" },
      ".cm-panel.cm-search label": { fontSize: "0.875rem", marginRight: "0.6rem", whiteSpace: "nowrap" },
      ".cm-textfield": { fontFamily: "inherit", backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--edge)", fontSize: "0.9375rem", padding: "0.3rem 0.5rem" },
      ".cm-button": { fontFamily: "inherit", background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "3px", fontSize: "0.875rem", padding: "0.3rem 0.6rem" },
      ".cm-panel.cm-search [name=close]": { color: "var(--ink)", fontSize: "1.25rem", right: "0.5rem", minWidth: "1.5rem", minHeight: "1.5rem" },
      ".cm-searchMatch": { backgroundColor: "var(--mark)" },
      ".cm-searchMatch-selected": { outline: "2px solid var(--link)" },
      ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--edge)" },
      ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--sans)", fontSize: "0.9375rem", maxWidth: "min(30rem, 90vw)" },
      ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.35rem 0.6rem", overflow: "hidden", textOverflow: "ellipsis" },
      ".cm-tooltip.cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--link)", color: "var(--paper)" },
      ".cm-completionDetail": { fontStyle: "normal", opacity: "0.8" },
    }),
    library.syntaxHighlighting(
      library.HighlightStyle.define([
        { tag: [tags.heading1, tags.heading2], fontSize: "1.35em", fontWeight: "600", lineHeight: "1.3" },
        { tag: [tags.heading3, tags.heading4, tags.heading5, tags.heading6], fontSize: "1.12em", fontWeight: "600" },
        { tag: tags.strong, fontWeight: "700" },
        { tag: tags.emphasis, fontStyle: "italic" },
        { tag: tags.strikethrough, textDecoration: "line-through" },
        { tag: tags.link, color: "var(--link)", textDecoration: "underline" },
        { tag: [tags.url, tags.processingInstruction, tags.contentSeparator, tags.labelName], color: "var(--quiet)", textDecoration: "none" },
        { tag: tags.monospace, fontFamily: "ui-monospace, monospace", fontSize: "0.9em" },
      ]),
    ),
  ];

  // Commands of the toolbar and the keys. Each is pressed again to take back what it did.
  // Marks do not reach over the end of a paragraph.
  const toggleMarkOfLines = (view, mark) => {
    const { doc, selection } = view.state;
    const changes = [];
    const pieces = [];
    for (let at = selection.main.from; at <= selection.main.to; at = doc.lineAt(at).to + 1) {
      const [from, to] = [at, Math.min(doc.lineAt(at).to, selection.main.to)];
      const text = doc.sliceString(from, to);
      const start = from + /^\s*(?:#{1,6} |> |[-*+] |\d+[.)] )?\s*/.exec(text)[0].length;
      const end = from + text.trimEnd().length;
      if (start < end) pieces.push([start, end]);
    }
    const isWrapped = ([from, to]) => to - from > 2 * mark.length && doc.sliceString(from, from + mark.length) === mark && doc.sliceString(to - mark.length, to) === mark;
    const unwraps = pieces.every(isWrapped);
    for (const [from, to] of pieces) {
      if (unwraps) changes.push({ from, to: from + mark.length }, { from: to - mark.length, to });
      else if (!isWrapped([from, to])) changes.push({ from, insert: mark }, { from: to, insert: mark });
    }
    view.dispatch({ changes, scrollIntoView: true, userEvent: "input" });
    return true;
  };
  const toggleMark = (mark) => (view) => {
    const { state } = view;
    const { from, to } = state.selection.main;
    if (state.doc.lineAt(from).number < state.doc.lineAt(to).number) return toggleMarkOfLines(view, mark);
    const change = state.changeByRange((selected) => {
      const range = (selected.empty && state.wordAt(selected.head)) || selected;
      // Two of three asterisks are those of bold, the other one is that of italic.
      const before = /\**$/.exec(state.sliceDoc(Math.max(0, range.from - 3), range.from))[0].length;
      const after = /^\**/.exec(state.sliceDoc(range.to, range.to + 3))[0].length;
      const isWrapped = mark.length === 2 ? Math.min(before, after) >= 2 : before % 2 === 1 && after % 2 === 1;
      if (isWrapped) {
        const changes = [{ from: range.from - mark.length, to: range.from }, { from: range.to, to: range.to + mark.length }];
        return { changes, range: EditorSelection.range(range.from - mark.length, range.to - mark.length) };
      }
      // Markdown ignores marks beside a space.
      const text = state.sliceDoc(range.from, range.to);
      const from = range.from + (text.length - text.trimStart().length);
      const to = Math.max(from, range.to - (text.length - text.trimEnd().length));
      return { changes: [{ from, insert: mark }, { from: to, insert: mark }], range: EditorSelection.range(from + mark.length, to + mark.length) };
    });
    view.dispatch(state.update(change, { scrollIntoView: true, userEvent: "input" }));
    return true;
  };
  const toggleLineStart = (wanted) => (view) => {
    const { state } = view;
    const { from, to } = state.selection.main;
    const changes = [];
    const lines = [];
    for (let number = state.doc.lineAt(from).number; number <= state.doc.lineAt(to).number; number += 1) lines.push(state.doc.line(number));
    const filled = lines.filter((line) => line.text.trim() || lines.length === 1);
    for (const [at, line] of filled.entries()) {
      const now = /^(#{1,6} |> |[-*+] |\d+[.)] )?/.exec(line.text)[0];
      changes.push({ from: line.from, to: line.from + now.length, insert: wanted(now, at) });
    }
    const spec = { changes, scrollIntoView: true, userEvent: "input" };
    if (filled.length === 1) {
      const { from: start, to: end, insert } = changes[0];
      spec.selection = { anchor: Math.max(start + insert.length, to + insert.length - (end - start)) };
    }
    view.dispatch(state.update(spec));
    return true;
  };
  const link = (view) => {
    const { state } = view;
    const { from, to } = state.selection.main;
    const text = state.sliceDoc(from, to);
    const isAddress = /^(https?:\/\/|\/)\S+$/.test(text);
    const insert = isAddress ? `[](${text})` : `[${text}]()`;
    const anchor = isAddress || !text ? from + 1 : from + text.length + 3;
    view.dispatch({ changes: { from, to, insert }, selection: { anchor }, userEvent: "input" });
    if (text && !isAddress) library.startCompletion(view);
    return true;
  };
  const note = (view) => {
    const { to } = view.state.selection.main;
    view.dispatch({ changes: { from: to, insert: "[^s" }, selection: { anchor: to + 3 }, userEvent: "input" });
    library.startCompletion(view);
    return true;
  };
  const files = form.querySelector("#toolbar input[type=file]");
  const commands = {
    heading: toggleLineStart((now) => ({ "## ": "### ", "### ": "" })[now] ?? "## "),
    bold: toggleMark("**"),
    italic: toggleMark("*"),
    link,
    quote: toggleLineStart((now) => (now === "> " ? "" : "> ")),
    list: toggleLineStart((now) => (/^[-*+] /.test(now) ? "" : "- ")),
    numbers: toggleLineStart((now, at) => (/^\d/.test(now) ? "" : `${at + 1}. `)),
    note,
    find: library.openSearchPanel,
    picture: () => files.click(),
    preview: () => showPreview(),
  };

  // Addresses of articles and pictures, and source notes, are offered as one types.
  const fetchList = async (path, fields) => {
    const answer = await fetch(`${path}?${new URLSearchParams({ format: "json", ...fields })}`, { headers: { accept: "application/json" } });
    return answer.ok ? answer.json() : [];
  };
  const complete = async (context) => {
    const reference = context.matchBefore(/\[\^s?\d*$/);
    if (reference) {
      const closes = context.state.sliceDoc(context.pos, context.pos + 1) === "]" ? "" : "]";
      const rows = [...form.querySelectorAll("[name=note_text]")];
      const options = rows.map((row, at) => ({ label: `[^s${at + 1}]`, detail: ` ${row.value.slice(0, 60)}`, apply: `[^s${at + 1}${closes}` }));
      return { from: reference.from, options };
    }
    const target = context.matchBefore(/!?\[[^\]\n]*\]\([^)\s]*$/);
    if (!target) return null;
    const [, mark, text, typed] = /^(!?)\[([^\]]*)\]\((.*)$/.exec(target.text);
    if (/^(https?:|mailto:|#)/.test(typed)) return null;
    await new Promise((done) => setTimeout(done, 150));
    if (context.aborted) return null;
    const words = /^\//.test(typed) ? typed.split("/").at(-1).replaceAll("-", " ") : typed;
    const closes = context.state.sliceDoc(context.pos, context.pos + 1) === ")" ? "" : ")";
    const from = context.pos - typed.length;
    let options = [];
    if (mark) {
      const found = await fetchList("/admin/media", { q: words, most: "20" });
      options = found.filter((file) => file.width > 0).slice(0, 20).map((file) => ({ label: `/media/${file.file}`, displayLabel: file.alt || file.name || file.file, detail: ` ${file.name}` }));
    } else {
      let found = await fetchList("/admin/articles", { status: "published", q: words || text });
      if (!words && !found.length) found = await fetchList("/admin/articles", { status: "published" });
      options = found.slice(0, 20).map((article) => ({ label: article.path, displayLabel: article.title }));
    }
    for (const option of options) option.apply = option.label + closes;
    return { from, options, filter: false };
  };

  // Pictures are uploaded at once; they go into the text once they are described.
  const MOST_BYTES = 10 * 1024 * 1024;
  const places = new Set();
  const upload = (file, view) => {
    const row = document.querySelector("#upload").content.firstElementChild.cloneNode(true);
    // Where it goes in; moved by what is typed meanwhile.
    const place = { view, at: view.state.selection.main.head };
    places.add(place);
    let isWanted = false;
    const [progress, alt, insert, why] = ["progress", "input", ".insert", ".error"].map((css) => row.querySelector(css));
    row.querySelector(".name").textContent = file.name;
    view.dom.getRootNode().host.before(row);
    const request = new XMLHttpRequest();
    let stored = null;
    const fail = (text) => {
      why.textContent = text;
      progress.hidden = true;
      insert.hidden = true;
    };
    const close = () => {
      places.delete(place);
      row.remove();
      view.focus();
    };
    const describe = async () => {
      const described = new URLSearchParams({ alt: alt.value, caption: stored.caption, credit: stored.credit });
      const answer = await fetch(`/admin/media/${stored.id}`, { method: "POST", body: described, headers: { accept: "application/json" } }).catch(() => null);
      if (answer?.ok) return true;
      const said = await answer?.json().catch(() => null);
      why.textContent = said?.message || texts.uploadFailed;
      return false;
    };
    const insertPicture = async () => {
      why.textContent = alt.value.trim() ? "" : texts.altMissing;
      if (!alt.value.trim()) return alt.focus();
      isWanted = !stored;
      if (!stored || insert.disabled) return undefined;
      insert.disabled = true;
      const isDescribed = stored.alt || (await describe());
      insert.disabled = false;
      if (!isDescribed) return undefined;
      const text = alt.value.trim().replace(/[[\]\\*_`<&~]/g, "\\$&").replace(/\s+/g, " ");
      const { doc } = view.state;
      const line = doc.lineAt(Math.min(place.at, doc.length));
      const isBelowText = line.number > 1 && doc.line(line.number - 1).text.trim();
      // Alone in its paragraph, a picture is a figure.
      const before = line.text.trim() ? "\n\n" : isBelowText ? "\n" : "";
      const after = line.number < doc.lines ? "\n" : "\n\n";
      const insertion = `${before}![${text}](/media/${stored.file})${after}`;
      view.dispatch({ changes: { from: line.to, insert: insertion }, selection: { anchor: line.to + insertion.length }, scrollIntoView: true, userEvent: "input" });
      return close();
    };
    insert.disabled = true;
    insert.addEventListener("click", insertPicture);
    alt.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      insertPicture();
    });
    // Typing here must not start an autosave.
    alt.addEventListener("input", (event) => event.stopPropagation());
    row.querySelector(".leave").addEventListener("click", () => {
      request.abort();
      close();
    });
    row.addEventListener("describe", () => {
      why.textContent = texts.altMissing;
      alt.focus();
    });
    if (file.size > MOST_BYTES) return fail(texts.tooLarge.replace("{name}", file.name));
    request.open("POST", "/admin/media");
    request.setRequestHeader("accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      progress.value = event.total ? event.loaded / event.total : 0;
    });
    request.addEventListener("error", () => fail(texts.uploadFailed));
    request.addEventListener("load", () => {
      let answer = null;
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // A page: the session is over, or a proxy answered.
      }
      if (request.status !== 200 || !Array.isArray(answer) || !answer.length) return fail(answer?.message || texts.uploadFailed);
      [stored] = answer;
      progress.hidden = true;
      insert.disabled = false;
      if (!alt.value) alt.value = stored.alt;
      return isWanted ? insertPicture() : undefined;
    });
    const data = new FormData();
    data.append("file", file);
    request.send(data);
    alt.focus();
  };
  // A picture that is not in the text yet is not forgotten.
  form.addEventListener("submit", (event) => {
    const row = form.querySelector(".newpicture");
    if (!row) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    row.dispatchEvent(new Event("describe"));
  }, { capture: true });
  addEventListener("beforeunload", (event) => {
    if (form.querySelector(".newpicture")) event.preventDefault();
  });
  const pictures = (transfer) => [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  files.addEventListener("input", (event) => event.stopPropagation());
  files.addEventListener("change", () => {
    for (const file of files.files) upload(file, current ?? surfaces.get("body"));
    files.value = "";
  });
  const pasteAndDrop = EditorView.domEventHandlers({
    paste: (event, view) => {
      const html = event.clipboardData?.getData("text/html");
      const pasted = html ? pasteAsMarkdown(html) : { text: "", isPicture: true };
      const { text } = pasted;
      const found = pictures(event.clipboardData);
      // Word and Excel add a picture of the text that is pasted.
      const isPicture = found.length > 0 && pasted.isPicture;
      if (!isPicture && !text) return false;
      event.preventDefault();
      if (isPicture) for (const file of found) upload(file, view);
      else view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true, userEvent: "input.paste" });
      return true;
    },
    drop: (event, view) => {
      const found = pictures(event.dataTransfer);
      if (!found.length) return false;
      event.preventDefault();
      const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
      if (at !== null) view.dispatch({ selection: { anchor: at } });
      for (const file of found) upload(file, view);
      return true;
    },
    focus: (_event, view) => {
      current = view;
    },
  });

  // The field keeps the text and is what the form sends; the surface stands in its place.
  const extend = (area) => {
    const host = document.createElement("div");
    host.className = "surface";
    host.style.setProperty("--height", area.name === "body" ? "24rem" : "5rem");
    const root = host.attachShadow({ mode: "open" });
    const label = document.querySelector(`label[for="${area.id}"]`);
    const attributes = { "aria-label": label.textContent, spellcheck: "true", autocapitalize: "sentences", autocorrect: "on" };
    if (area.getAttribute("aria-invalid")) attributes["aria-invalid"] = "true";
    const own = [
      { key: "Mod-b", run: commands.bold },
      { key: "Mod-i", run: commands.italic },
      { key: "Mod-k", run: commands.link },
    ];
    let timer = 0;
    const flush = () => {
      if (!timer) return;
      clearTimeout(timer);
      timer = 0;
      area.value = view.state.doc.toString();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    for (const leaving of ["pagehide", "beforeunload", "visibilitychange"]) addEventListener(leaving, flush, { capture: true });
    form.addEventListener("submit", flush, { capture: true });
    form.addEventListener("formdata", (event) => event.formData.set(area.name, view.state.doc.toString()));
    const view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: area.value,
        extensions: [
          keymap.of([...own, ...library.completionKeymap, ...library.markdownKeymap, ...library.searchKeymap, ...library.historyKeymap, ...library.defaultKeymap]),
          library.history(),
          library.search({ top: true }),
          library.markdown({ base: library.markdownLanguage, addKeymap: false, completeHTMLTags: false }),
          library.autocompletion({ override: [complete], icons: false }),
          EditorState.phrases.of(JSON.parse(texts.phrases)),
          EditorView.lineWrapping,
          EditorView.perLineTextDirection.of(true),
          EditorView.contentAttributes.of(attributes),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            for (const place of places) if (place.view === update.view) place.at = update.changes.mapPos(place.at);
            // Of a long text this takes longer than a key may.
            clearTimeout(timer);
            timer = setTimeout(flush, 300);
          }),
          marks,
          look,
          pasteAndDrop,
        ],
      }),
    });
    area.classList.add("behind");
    area.tabIndex = -1;
    area.after(host);
    // The field sends an event of its own when the text has changed; what is typed into the search panel is no change.
    host.addEventListener("input", (event) => event.stopPropagation());
    // A label or a link to the field leads here, and so does text that newsroom.js puts back.
    area.addEventListener("focus", () => view.focus());
    area.addEventListener("change", () => {
      clearTimeout(timer);
      timer = 0;
      if (area.value === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: area.value } });
    });
    surfaces.set(area.name, view);
    return host;
  };

  // The preview is the page that the server makes; it is read again after each save.
  const pane = document.querySelector("#preview");
  const button = form.querySelector("[data-command=preview]");
  let frame = null;
  const refresh = async () => {
    const path = form.getAttribute("action");
    if (pane.hidden || path.endsWith("/new")) return;
    // The page itself, or as JSON why there is none.
    const answer = await fetch(`${path}/preview`, { headers: { accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) {
      const why = await answer?.json().catch(() => null);
      pane.querySelector("p").textContent = why?.message ?? texts.offline;
      pane.querySelector("p").hidden = false;
      return;
    }
    pane.querySelector("p").hidden = true;
    if (frame) {
      // A link in it may have led to a page that cannot be shown here, whose location is out of reach.
      try {
        frame.contentWindow.location.reload();
      } catch {
        frame.src = `${path}/preview`;
      }
      return undefined;
    }
    frame = document.createElement("iframe");
    frame.title = pane.getAttribute("aria-label");
    frame.src = `${path}/preview`;
    pane.append(frame);
    return undefined;
  };
  const showPreview = () => {
    pane.hidden = !pane.hidden;
    button.setAttribute("aria-pressed", String(!pane.hidden));
    form.closest(".editor").classList.toggle("beside", !pane.hidden);
    if (!pane.hidden && matchMedia("(max-width: 75rem)").matches) pane.scrollIntoView();
    refresh();
  };
  form.addEventListener("saved", refresh);

  for (const name of ["opening_summary", "body", "why_it_matters"]) extend(form.elements[name]);
  const toolbar = form.querySelector("#toolbar");
  form.elements.body.closest(".field").querySelector(".surface").before(toolbar);
  toolbar.hidden = false;
  // The selection stays where it is while a button is pressed.
  toolbar.addEventListener("mousedown", (event) => event.preventDefault());
  toolbar.addEventListener("click", (event) => {
    const command = event.target.closest("[data-command]")?.dataset.command;
    if (!command) return;
    const view = current ?? surfaces.get("body");
    if (command !== "picture" && command !== "preview" && command !== "find") view.focus();
    commands[command](view);
  });
})();
