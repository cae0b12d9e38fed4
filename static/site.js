// Progressive enhancement: every page works without this script.
"use strict";

// localStorage, which a browser may refuse to provide (in private windows): errors are ignored.
const kept = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  all() {
    try {
      return Object.keys(localStorage);
    } catch {
      return [];
    }
  },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {}
  },
};

// The theme is switched by the style sheet, from radio buttons in the footer; this stores the choice for other pages.
const themes = document.querySelectorAll("input[name=theme]");
const showTheme = (theme) => {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const input of themes) input.checked = input.value === theme;
};
if (kept.get("theme")) showTheme(kept.get("theme"));
for (const input of themes) {
  input.addEventListener("change", () => {
    showTheme(input.value);
    kept.set("theme", input.value === "auto" ? null : input.value);
  });
}
addEventListener("storage", (event) => {
  if (event.key === "theme") showTheme(event.newValue ?? "auto");
});

// Reading position in a long article: offers a link to it instead of scrolling automatically.
const story = document.querySelector("article.story[data-continue]");
const body = story?.querySelector(".body");
if (body) {
  const key = "read:" + location.pathname;
  const blocks = [...body.children].filter((block) => !block.matches("nav, section, aside, .noted, .notes"));
  const before = Number(kept.get(key));
  const left = before > 0 && blocks[before];
  if (left && !location.hash) {
    const link = document.createElement("a");
    link.textContent = story.dataset.continue;
    link.href = "#" + (left.id ||= "left-off");
    const line = document.createElement("p");
    line.className = "continue";
    line.append(link);
    story.querySelector("header").append(line);
  }
  let waits = 0;
  addEventListener("scroll", () => {
    clearTimeout(waits);
    waits = setTimeout(() => {
      // The first block that is not scrolled out of view; positions near either end are not stored.
      const at = blocks.findIndex((block) => block.getBoundingClientRect().bottom > 80);
      const isInside = at > 2 && at < blocks.length - 1;
      const others = kept.all().filter((name) => name.startsWith("read:") && name !== key);
      if (isInside && others.length > 100) kept.set(others[0], null);
      kept.set(key, isInside ? String(at) : null);
    }, 400);
  }, { passive: true });
}

// The share link opens the system's share dialog if there is one, else copies the URL.
const permalink = document.querySelector("a.permalink");
permalink?.addEventListener("click", async (event) => {
  if (!navigator.share && !navigator.clipboard) return;
  event.preventDefault();
  try {
    if (navigator.share) await navigator.share({ title: document.title, url: permalink.href });
    else {
      await navigator.clipboard.writeText(permalink.href);
      permalink.textContent = permalink.dataset.copied;
    }
  } catch {}
});

// Prevents submitting a form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});

// After navigating back (bfcache), forms can be submitted again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Ctrl+Enter or Cmd+Enter submits the comment.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form.compose");
  if (form) form.requestSubmit(form.querySelector("button.primary"));
});

// Keyboard shortcuts in moderation queues. None repeats while it is held, and none acts on a card that has not been in view
// for a moment: nothing is decided that nobody has seen.
const cards = [...document.querySelectorAll(".cards .card")];
const keys = document.querySelector("dl.keys");
if (cards.length && keys) {
  const SEEN_MS = 400;
  const seenSince = new Map();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const isSeen = entry.isIntersecting && document.visibilityState === "visible";
      if (!isSeen) seenSince.delete(entry.target);
      else if (!seenSince.has(entry.target)) seenSince.set(entry.target, performance.now());
    }
  }, { threshold: 0.3 });
  for (const card of cards) observer.observe(card);
  document.addEventListener("visibilitychange", () => {
    seenSince.clear();
    for (const card of cards) {
      observer.unobserve(card);
      observer.observe(card);
    }
  });
  const wasSeen = (card) => performance.now() - (seenSince.get(card) ?? Infinity) >= SEEN_MS;

  const named = cards.findIndex((card) => "#" + card.id === location.hash || card.classList.contains("unreasoned"));
  let at = Math.max(named, 0);
  let rejecting = null;
  const hint = (button, key) => {
    if (!button) return;
    const shown = document.createElement("kbd");
    shown.textContent = key;
    button.append(" ", shown);
    button.setAttribute("aria-keyshortcuts", key);
  };
  const reasonsOf = (card) => [...card.querySelectorAll("form.reject select option")].filter((option) => option.value);
  const stopRejecting = () => {
    rejecting?.querySelector(".reasons")?.remove();
    rejecting = null;
  };
  // Shows the reasons with their numbers.
  const startRejecting = (card) => {
    const reasons = reasonsOf(card);
    if (!reasons.length) return;
    const list = document.createElement("ol");
    list.className = "reasons";
    list.setAttribute("role", "status");
    for (const reason of reasons.slice(0, 9)) {
      const line = document.createElement("li");
      line.textContent = reason.textContent;
      list.append(line);
    }
    card.querySelector(".decide").append(list);
    list.scrollIntoView({ block: "nearest" });
    rejecting = card;
  };
  const show = () => {
    stopRejecting();
    cards.forEach((card, i) => card.classList.toggle("current", i === at));
    cards[at].scrollIntoView({ block: "nearest" });
  };
  for (const card of cards) {
    hint(card.querySelector("button.approve"), "a");
    hint(card.querySelector("form.reject button"), "r");
  }
  show();
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const card = cards[at];
    if (rejecting && /^[1-9]$/.test(event.key)) {
      const reason = reasonsOf(rejecting)[Number(event.key) - 1];
      if (!reason || !wasSeen(rejecting)) return;
      const select = rejecting.querySelector("form.reject select");
      select.value = reason.value;
      select.form.requestSubmit();
    } else if (event.key === "Escape") stopRejecting();
    else if (event.key === "j" && at < cards.length - 1) {
      at += 1;
      show();
    } else if (event.key === "k" && at > 0) {
      at -= 1;
      show();
    } else if (event.key === "a" && wasSeen(card)) card.querySelector("button.approve")?.form.requestSubmit();
    else if (event.key === "r" && wasSeen(card)) {
      stopRejecting();
      startRejecting(card);
    } else if (event.key === "u") document.querySelector("button.undo")?.form.requestSubmit();
    else if (event.key === "?") keys.hidden = !keys.hidden;
  });
}
