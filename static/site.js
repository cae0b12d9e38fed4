// Makes what works without it nicer: nothing here is needed.
"use strict";

// A second click on a form that is on its way sends nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});

// Back from a page: forms may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Ctrl+Enter sends the comment.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form.compose");
  if (form) form.requestSubmit(form.querySelector("button.primary"));
});

// Queues: j and k move, a approves, r goes to the reason.
const cards = [...document.querySelectorAll(".cards .card")];
if (cards.length) {
  let at = 0;
  const hint = (button, key) => {
    if (!button) return;
    const shown = document.createElement("kbd");
    shown.textContent = key;
    button.append(" ", shown);
    button.setAttribute("aria-keyshortcuts", key);
  };
  const show = () => {
    cards.forEach((card, i) => card.classList.toggle("current", i === at));
    cards[at].scrollIntoView({ block: "nearest" });
  };
  for (const card of cards) {
    hint(card.querySelector("button.approve"), "a");
    hint(card.querySelector("form.reject button"), "r");
  }
  show();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const card = cards[at];
    if (event.key === "j" && at < cards.length - 1) at += 1;
    else if (event.key === "k" && at > 0) at -= 1;
    else if (event.key === "a") return void card.querySelector("button.approve")?.form.requestSubmit();
    else if (event.key === "r") {
      event.preventDefault();
      const select = card.querySelector("form.reject select");
      if (!select) return;
      if (select.value) select.form.requestSubmit();
      else select.focus();
      return;
    } else return;
    show();
  });
}
