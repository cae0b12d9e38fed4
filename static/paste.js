// Turns what is pasted from Word, Google Docs or a web page into Markdown. Used by writing.js.
"use strict";

const pasteAsMarkdown = (() => {
  // Of the policy's name only this file makes use: what it lets through is parsed into a document that is never shown and runs no
  // scripts, and of which nothing but text leaves it.
  const policy = globalThis.trustedTypes?.createPolicy("masthead-paste", { createHTML: (html) => html });
  // The page's rules forbid styles and handlers in elements there, too, and each would leave a line in the console.
  const withoutRefused = (html) =>
    html.replace(/<style\b[\s\S]*?<\/style>/gi, "").replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/(\s)(style|on[a-z]+)(\s*=)/gi, "$1data-$2$3"));
  const parse = (html) => {
    const text = withoutRefused(html);
    return new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
  };

  const NOISE = "script, style, meta, link, title, head, noscript, template, object, embed, iframe, form, input, select, textarea, svg, math, canvas, audio, video, o\\:p";
  const replace = (element, name) => {
    const other = element.ownerDocument.createElement(name);
    other.append(...element.childNodes);
    element.replaceWith(other);
    return other;
  };
  const unwrap = (element) => element.replaceWith(...element.childNodes);
  const style = (element) => element.getAttribute("data-style") ?? "";

  const removeNoise = (body) => {
    for (const element of body.querySelectorAll(NOISE)) element.remove();
    const comments = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
    const found = [];
    while (comments.nextNode()) found.push(comments.currentNode);
    for (const comment of found) comment.remove();
    for (const element of body.querySelectorAll("[data-style], [hidden], [class*=MsoComment]")) {
      if (element.hidden || /display:\s*none|mso-hide:\s*all|mso-element:\s*comment/i.test(style(element))) element.remove();
    }
  };

  // Word writes lists as paragraphs: the level in their style, the bullet or number as text.
  const makeLists = (body) => {
    let open = [];
    for (const item of [...body.querySelectorAll("p[data-style*='mso-list']")]) {
      const level = Number(/mso-list:[^;]*level(\d)/i.exec(style(item))?.[1]);
      if (!level) continue;
      const markers = [...item.querySelectorAll("[data-style*='mso-list']")].filter((one) => /mso-list:\s*ignore/i.test(style(one)));
      const marker = markers.map((one) => one.textContent).join("").trim();
      for (const one of markers) one.remove();
      const follows = open.length > 0 && item.previousElementSibling === open[0];
      if (!follows) open = [];
      open.length = Math.min(open.length, level);
      while (open.length < level) {
        const list = body.ownerDocument.createElement(/^[\p{L}\p{N}]+[.)]/u.test(marker) ? "ol" : "ul");
        const last = open.at(-1);
        if (last) (last.lastElementChild ?? last.appendChild(body.ownerDocument.createElement("li"))).append(list);
        else item.before(list);
        open.push(list);
      }
      open.at(-1).append(replace(item, "li"));
    }
  };

  // Google Docs and Word say bold and italic by style.
  const useElements = (body) => {
    for (const element of body.querySelectorAll("b, strong")) {
      if (/(?:^|;)\s*font-weight:\s*(normal|[1-4]00)/i.test(style(element))) unwrap(element);
    }
    for (const element of body.querySelectorAll("i, em")) {
      if (/(?:^|;)\s*font-style:\s*normal/i.test(style(element))) unwrap(element);
    }
    for (const element of body.querySelectorAll("span[data-style], font[data-style]")) {
      const says = style(element);
      if (element.closest("h1, h2, h3, h4, h5, h6, code, pre") || !element.textContent.trim()) continue;
      const wrap = (name) => {
        const inner = body.ownerDocument.createElement(name);
        inner.append(...element.childNodes);
        element.append(inner);
      };
      if (/(?:^|;)\s*font-weight:\s*(bold|[6-9]00)/i.test(says)) wrap("strong");
      if (/(?:^|;)\s*font-style:\s*italic/i.test(says)) wrap("em");
      if (/text-decoration[^;]*line-through/i.test(says)) wrap("s");
    }
    for (const element of body.querySelectorAll("h1 b, h1 strong, h2 b, h2 strong, h3 b, h3 strong, h4 b, h4 strong")) unwrap(element);
    for (const element of body.querySelectorAll("u, ins, font, center")) unwrap(element);
  };

  // The title is the only heading of the first level.
  const lowerHeadings = (body) => {
    for (const element of body.querySelectorAll("h1, h4, h5, h6")) replace(element, element.tagName === "H1" ? "h2" : "h3");
    for (const element of body.querySelectorAll("[class*=MsoTitle], [class*=MsoSubtitle]")) replace(element, "h2");
    for (const element of body.querySelectorAll("h2, h3")) if (!element.textContent.trim()) element.remove();
  };

  const mendLinks = (body) => {
    for (const link of body.querySelectorAll("a")) {
      let href = link.getAttribute("href") ?? "";
      // Google Docs leads links over its own address.
      const led = /^https:\/\/www\.google\.com\/url\?/.test(href) && new URL(href).searchParams.get("q");
      if (led) href = led;
      if (!/^(https?:|mailto:|\/)/i.test(href) || !link.textContent.trim()) unwrap(link);
      else link.setAttribute("href", href);
    }
    // Pictures of other sites are not shown: what is left is a link to them.
    for (const picture of body.querySelectorAll("img")) {
      const src = picture.getAttribute("src") ?? "";
      if (src.startsWith("/media/")) continue;
      if (!/^https?:/i.test(src) || picture.closest("a")) picture.replaceWith(picture.getAttribute("alt") ?? "");
      else {
        const link = body.ownerDocument.createElement("a");
        link.setAttribute("href", src);
        link.textContent = picture.getAttribute("alt")?.trim() || src;
        picture.replaceWith(link);
      }
    }
  };

  // A table in Markdown has a head, and one line for each row.
  const mendTables = (body) => {
    for (const table of body.querySelectorAll("table")) {
      const rows = [...table.rows];
      const cells = rows.flatMap((row) => [...row.cells]);
      if (rows.length < 2 || rows[0].cells.length < 2 || cells.some((cell) => cell.querySelector("table, ul, ol, pre"))) {
        for (const cell of cells) replace(cell, "p");
        for (const part of [...table.querySelectorAll("tr, tbody, thead, tfoot, colgroup, caption")]) unwrap(part);
        unwrap(table);
        continue;
      }
      for (const cell of cells) {
        for (const part of cell.querySelectorAll("p, div, h2, h3")) part.replaceWith(...part.childNodes, " ");
        for (const part of cell.querySelectorAll("br")) part.replaceWith(" ");
      }
      for (const cell of [...rows[0].cells]) if (cell.tagName === "TD") replace(cell, "th");
    }
  };

  const converter = () => {
    const { TurndownService, strikethrough, tables } = globalThis.Writing;
    const service = new TurndownService({ headingStyle: "atx", hr: "---", bulletListMarker: "-", codeBlockStyle: "fenced", emDelimiter: "*" });
    service.use([strikethrough, tables]);
    service.addRule("listItem", {
      filter: "li",
      replacement: (content, item) => {
        const list = item.parentNode;
        const start = Number(list.getAttribute?.("start") || 1);
        const mark = list.nodeName === "OL" ? `${start + [...list.children].indexOf(item)}. ` : "- ";
        const text = content.trim().replace(/\n{2,}(?=\s*(?:-|\d+\.) )/g, "\n").replace(/\n/g, `\n${" ".repeat(mark.length)}`);
        return mark + text.replace(/^ +$/gm, "") + (item.nextSibling ? "\n" : "");
      },
    });
    service.addRule("struck", { filter: ["s", "del", "strike"], replacement: (content) => (content.trim() ? `~~${content}~~` : content) });
    return service;
  };

  // `null`: there is no text in it.
  return (html) => {
    const body = parse(html).body;
    removeNoise(body);
    makeLists(body);
    useElements(body);
    lowerHeadings(body);
    mendLinks(body);
    mendTables(body);
    const text = converter().turndown(body);
    const tidy = text.replace(/\u00a0/g, " ").replace(/[ \t]+$/gm, "").replace(/\n{3,}/g, "\n\n").trim();
    return tidy || null;
  };
})();
