// Comfort for the form of an article: what is typed is saved as one types. Every page works without this script.
"use strict";

const form = document.querySelector("form.write[data-saved]");
if (form) {
  const said = form.querySelector(".saving");
  const words = form.querySelector(".words");
  const body = form.elements.body;
  const texts = form.dataset;
  let path = form.getAttribute("action");
  // The path that the form is sent to: the page with a refused form has another one of its own.
  const storage = () => "article:" + path;
  const NEW = "article:/admin/articles/new";
  let isDirty = false;
  let isSending = false;
  let isStale = false;
  let timer = 0;

  const keep = (value) => {
    try {
      if (value === null) localStorage.removeItem(storage());
      else localStorage.setItem(storage(), value);
    } catch {
      // A private window, or no room: the server has the last version that it acknowledged.
    }
  };
  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(storage()));
    } catch {
      return null;
    }
  };
  const say = (text) => {
    said.textContent = text;
  };

  // The fields in their order; those of source notes are repeated.
  const pairs = () => [...new FormData(form)].filter(([name]) => name !== "action");

  const count = () => {
    const found = body.value.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu);
    words.textContent = texts.words.replace("{n}", (found ? found.length : 0).toLocaleString());
  };

  // The first autosave of a new article stores a draft; the form goes on with it.
  const goOn = async (there) => {
    const page = await (await fetch(there)).text();
    const version = /name="revision" value="([^"]*)"/.exec(page);
    if (!version) return;
    keep(null);
    path = there;
    form.action = there;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "revision";
    field.value = version[1];
    form.prepend(field);
    history.replaceState(null, "", there);
  };

  const save = async () => {
    clearTimeout(timer);
    timer = 0;
    if (!isDirty || isSending || isStale) return;
    isSending = true;
    isDirty = false;
    say(texts.saving);
    const sent = pairs();
    try {
      const answer = await fetch(path, {
        method: "POST",
        body: new URLSearchParams([...sent, ["action", "autosave"]]),
        headers: { accept: "application/json" },
        redirect: "manual",
      });
      if (answer.status === 204) {
        const there = answer.headers.get("location");
        if (there && !form.elements.revision) await goOn(there);
        if (!isDirty) keep(null);
        say(texts.saved);
        form.dispatchEvent(new Event("saved"));
      } else if (answer.status === 409) {
        isStale = true;
        keep(JSON.stringify(sent));
        say(texts.stale);
      } else if (answer.status === 422) {
        keep(JSON.stringify(sent));
        say(texts.refused);
      } else {
        throw new Error(String(answer.status));
      }
    } catch {
      isDirty = true;
      keep(JSON.stringify(sent));
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
    say(texts.typing);
    count();
  });
  addEventListener("online", save);
  addEventListener("pagehide", () => {
    if (isDirty && !isStale) keep(JSON.stringify(pairs()));
  });
  form.addEventListener("submit", () => {
    isDirty = false;
    clearTimeout(timer);
    // Until the server has acknowledged it, the next page finds it here.
    keep(JSON.stringify(pairs()));
    if (storage() === NEW) sessionStorage.setItem(NEW, "sent");
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

  // Puts kept pairs back; rows of source notes that the form lacks are left out.
  const restore = (stored) => {
    const seen = {};
    for (const [name, value] of stored) {
      if (name === "revision") continue;
      const fields = [...form.querySelectorAll(`[name="${name}"]`)];
      const at = seen[name] ?? 0;
      seen[name] = at + 1;
      if (!fields[at]) continue;
      fields[at].value = value;
      // For the writing surface, which stands in the place of some.
      fields[at].dispatchEvent(new Event("change"));
    }
    form.dispatchEvent(new Event("input"));
  };

  // A new article that was sent is this one now.
  if (storage() !== NEW && sessionStorage.getItem(NEW)) {
    sessionStorage.removeItem(NEW);
    localStorage.removeItem(NEW);
  }
  const stored = kept();
  const isDone = Boolean(document.querySelector("p.done"));
  if (isDone) keep(null);
  if (stored && !isDone && JSON.stringify(stored) !== JSON.stringify(pairs())) {
    const line = document.createElement("p");
    line.className = "warn kepttext";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = texts.restore;
    button.addEventListener("click", () => {
      restore(stored);
      line.remove();
    });
    const drop = document.createElement("button");
    drop.type = "button";
    drop.textContent = texts.drop;
    drop.addEventListener("click", () => {
      keep(null);
      line.remove();
    });
    line.append(texts.kept + " ", button, " ", drop);
    form.before(line);
  }
  count();
}
