// Comfort for the form of an article: what is typed is saved as one types. Every page works without this script.
"use strict";

const form = document.querySelector("form.write[data-saved]");
if (form) {
  const said = form.querySelector(".saving");
  const words = form.querySelector(".words");
  const body = form.elements.body;
  const texts = form.dataset;
  const NEW = "/admin/articles/new";
  // Of new articles there may be several, in several tabs.
  const tab = Math.random().toString(36).slice(2);
  let path = form.getAttribute("action");
  let isDirty = false;
  let isSending = false;
  let isStale = false;
  let timer = 0;

  // The browser's own copy, by the path that the form is sent to.
  const PREFIX = "article:";
  const key = () => PREFIX + path + (path === NEW ? `#${tab}` : "");
  const stored = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  };
  const keep = (value, name = key()) => {
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // A private window, or no room: the server has the last version that it acknowledged.
    }
  };
  const say = (text) => {
    said.textContent = text;
  };

  // The fields in their order; those of source notes are repeated.
  const pairs = () => [...new FormData(form)].filter(([name]) => name !== "action");
  // What was typed: neither the version nor rows that are empty.
  const typed = (list) => list.filter(([name, value]) => name !== "revision" && name !== "note_kind" && value.trim()).map(([name, value]) => `${name}=${value.replaceAll("\r\n", "\n").trim()}`);

  const count = () => {
    const found = body.value.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu);
    words.textContent = texts.words.replace("{n}", (found ? found.length : 0).toLocaleString());
  };

  // Another version is stored: the next Save shows both.
  const goStale = () => {
    isStale = true;
    if (form.elements.revision) form.elements.revision.value = "-1";
    if (isDirty) keep(pairs());
    say(texts.stale);
  };

  // Of the same person the server takes every autosave; the other tab would overwrite this one.
  const others = new BroadcastChannel("articles");
  others.addEventListener("message", (event) => {
    if (event.data === path && path !== NEW && !isStale) goStale();
  });

  // The first autosave of a new article stores a draft; the form goes on with it.
  const goOn = async (there) => {
    keep(null);
    path = there;
    form.action = there;
    const page = await (await fetch(there)).text();
    const version = /name="revision" value="([^"]*)"/.exec(page);
    if (!version) throw new Error(there);
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "revision";
    field.value = version[1];
    form.prepend(field);
    history.replaceState(null, "", there);
  };

  const send = async (sent) => {
    const answer = await fetch(path, {
      method: "POST",
      body: new URLSearchParams([...sent, ["action", "autosave"]]),
      headers: { accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(15_000),
    });
    if (answer.status === 204) {
      const there = answer.headers.get("location");
      if (there && !form.elements.revision) await goOn(there);
      others.postMessage(path);
      if (isDirty) return;
      keep(null);
      say(texts.saved);
      form.dispatchEvent(new Event("saved"));
    } else if (answer.status === 409) {
      goStale();
    } else if (answer.status === 422) {
      say(texts.refused);
    } else if (answer.status === 403 || answer.type === "opaqueredirect") {
      say(texts.signedOut);
    } else {
      throw new Error(String(answer.status));
    }
  };

  const save = async () => {
    clearTimeout(timer);
    timer = 0;
    if (!isDirty) return;
    const sent = pairs();
    // Until the server has acknowledged it.
    keep(sent);
    if (isSending || isStale) return;
    isSending = true;
    isDirty = false;
    say(texts.saving);
    try {
      if (path !== NEW && !form.elements.revision) await goOn(path);
      await send(pairs());
    } catch {
      isDirty = true;
      keep(pairs());
      say(texts.offline);
      timer = setTimeout(save, 10_000);
    }
    isSending = false;
    if (isDirty && !timer) timer = setTimeout(save, 2_000);
  };

  form.addEventListener("input", () => {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1_500);
    say(isStale ? texts.stale : texts.typing);
    count();
  });
  addEventListener("online", save);
  addEventListener("pagehide", () => {
    if (isDirty) keep(pairs());
  });
  form.addEventListener("submit", async (event) => {
    // Sent twice, a new article would be two.
    if (isSending && path === NEW) {
      event.preventDefault();
      const { submitter } = event;
      while (isSending) await new Promise((done) => setTimeout(done, 50));
      form.requestSubmit(submitter);
      return;
    }
    isDirty = false;
    clearTimeout(timer);
    // The page that follows knows by it what was sent, and what was typed after that.
    const sent = pairs();
    keep(sent);
    try {
      sessionStorage.setItem(PREFIX, JSON.stringify([key(), typed(sent)]));
    } catch {
      // As above.
    }
  });
  addEventListener("beforeunload", (event) => {
    if (isDirty) event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[value=save]"));
    }
  });

  // One more row of source notes, as the server would make it.
  const addRow = () => {
    const last = [...form.querySelectorAll(".notes .group-row")].at(-1);
    const row = last.cloneNode(true);
    const [old, next] = [form.querySelectorAll(".notes .group-row").length, form.querySelectorAll(".notes .group-row").length + 1];
    for (const part of row.querySelectorAll("[id], [for], [aria-describedby]")) {
      for (const name of ["id", "for", "aria-describedby"]) {
        if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace(`-${old}`, `-${next}`));
      }
    }
    row.querySelector("button").value = `remove-note-${next}`;
    for (const field of row.querySelectorAll("input, textarea")) field.value = "";
    last.after(row);
  };

  // Puts kept pairs back.
  const restore = (list) => {
    const seen = {};
    for (const [name, value] of list) {
      if (name === "revision") continue;
      const at = seen[name] ?? 0;
      seen[name] = at + 1;
      if (name.startsWith("note_") && form.querySelectorAll(`[name="${name}"]`).length <= at) addRow();
      const field = form.querySelectorAll(`[name="${name}"]`)[at];
      if (!field) continue;
      field.value = value;
      // For the writing surface, which stands in the place of some.
      field.dispatchEvent(new Event("change"));
    }
    form.dispatchEvent(new Event("input"));
  };

  // The kept text has a key of its own until it is decided on: what is typed meanwhile is kept under the form's.
  const OFFERED = /^offered-[^:]*:/;
  const offerKept = (name, list) => {
    let offered = name;
    if (!OFFERED.test(name)) {
      offered = `offered-${Date.now()}-${tab}:${name}`;
      keep(list, offered);
      keep(null, name);
    }
    const line = document.createElement("p");
    line.className = "warn kepttext";
    const button = (text, action) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = text;
      made.addEventListener("click", action);
      return made;
    };
    const end = () => {
      keep(null, offered);
      line.remove();
    };
    // What it replaces is offered in turn, so that either can be had back.
    const swap = () => {
      const before = pairs();
      restore(list);
      const now = new Set(typed(pairs()));
      if (typed(before).every((one) => now.has(one))) return end();
      list = before;
      return keep(list, offered);
    };
    line.append(texts.kept + " ", button(texts.restore, swap), " ", button(texts.drop, end));
    form.before(line);
  };

  // What was sent from this tab is on this page, or was stored, if it says so; all else that the browser has is offered.
  const isDone = Boolean(document.querySelector("p.done"));
  const [sentAs, sent] = JSON.parse(sessionStorage.getItem(PREFIX) ?? "[]");
  sessionStorage.removeItem(PREFIX);
  const here = new Set(typed(pairs()));
  const isSent = (list) => isDone && JSON.stringify(typed(list)) === JSON.stringify(sent);
  const isHere = (list) => typed(list).every((one) => here.has(one)) || isSent(list);
  const isOfThis = (name) => name === key() || name === sentAs || (path === NEW && name.startsWith(`${PREFIX}${NEW}#`));
  const found = Object.keys(localStorage).filter((name) => isOfThis(name.replace(OFFERED, "")));
  for (const name of found) {
    const list = stored(name);
    if (list && !isHere(list)) offerKept(name, list);
    else keep(null, name);
  }
  count();
}
