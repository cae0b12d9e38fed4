// Turns what is pasted from Word, Google Docs or a web page into Markdown. Used by writing.js.
"use strict";

const pasteAsMarkdown = (() => {
  // Only this file uses the policy: what it lets through is parsed into a document that is never shown and runs no scripts, and of
  // which nothing but text leaves it.
  const policy = globalThis.trustedTypes?.createPolicy("masthead-paste", { createHTML: (html) => html });
  // The page's rules forbid styles and handlers in elements there, too, and each would leave a line in the console.
  const withoutStyleSheets = (html) => {
    const lower = html.toLowerCase();
    let out = "";
    let at = 0;
    for (;;) {
      const from = lower.indexOf("<style", at);
      const to = from < 0 ? -1 : lower.indexOf("</style>", from);
      if (to < 0) return out + html.slice(at);
      out += html.slice(at, from);
      at = to + "</style>".length;
    }
  };
  const withoutRefused = (html) => withoutStyleSheets(html).replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/(\s)(style|on[a-z]+)(\s*=)/gi, "$1data-$2$3"));
  const parse = (html) => {
    const text = withoutRefused(html);
    return new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
  };

  const NOISE = "script, style, meta, link, title, head, noscript, template, object, embed, iframe, base, input, select, textarea, svg, math, canvas, audio, video, o\\:p";
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

  // Google Docs and Word mark bold and italic with styles.
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
    for (const element of body.querySelectorAll("u, ins, font, center, form")) unwrap(element);
    for (const element of body.querySelectorAll("sup, sub, kbd, mark")) for (const { name } of [...element.attributes]) element.removeAttribute(name);
  };

  // Google Docs puts an inner list beside its item, and paragraphs into items.
  const mendLists = (body) => {
    for (const list of body.querySelectorAll(":is(ul, ol) > :is(ul, ol)")) list.previousElementSibling?.matches("li") && list.previousElementSibling.append(list);
    for (const item of body.querySelectorAll("li")) {
      const [only, ...more] = item.querySelectorAll(":scope > p");
      if (only && !more.length) unwrap(only);
    }
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
      // Google Docs routes links through its own address.
      const led = /^https:\/\/www\.google\.com\/url\?/.test(href) && new URL(href).searchParams.get("q");
      if (led) href = led;
      const isAround = link.querySelector("p, div, h2, h3, ul, ol, table, blockquote");
      if (!/^(https?:|mailto:|\/)/i.test(href) || !link.textContent.trim() || isAround) unwrap(link);
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
    // Inner ones first.
    for (const table of [...body.querySelectorAll("table")].reverse()) {
      const own = (css) => [...table.querySelectorAll(css)].filter((part) => part.closest("table") === table);
      for (const part of own("colgroup, col")) part.remove();
      for (const caption of own("caption")) table.before(replace(caption, "p"));
      const rows = [...table.rows];
      const cells = rows.flatMap((row) => [...row.cells]);
      if (rows.length < 2 || rows[0].cells.length < 2 || cells.some((cell) => cell.querySelector("table, ul, ol, pre, blockquote, hr"))) {
        const parts = own("tr, tbody, thead, tfoot");
        for (const cell of cells) replace(cell, "div");
        for (const part of parts) unwrap(part);
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
    const service = new TurndownService({ headingStyle: "atx", hr: "---", br: "\\", bulletListMarker: "-", codeBlockStyle: "fenced", emDelimiter: "*" });
    service.use([strikethrough, tables]);
    // Articles take some HTML: what was text stays text.
    const escape = service.escape.bind(service);
    service.escape = (text) => escape(text).replace(/</g, "\\<").replace(/&(?=#?\w+;)/g, "\\&").replace(/\|/g, "\\|");
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
    // Articles know these tags.
    service.keep(["sup", "sub", "kbd", "mark"]);
    service.addRule("struck", { filter: ["s", "del", "strike"], replacement: (content) => (content.trim() ? `~~${content}~~` : content) });
    return service;
  };

  // The text, and whether it is that of a picture alone.
  return (html) => {
    const body = parse(html).body;
    removeNoise(body);
    const isPicture = Boolean(body.querySelector("img")) && !body.textContent.trim();
    makeLists(body);
    useElements(body);
    mendLists(body);
    lowerHeadings(body);
    mendLinks(body);
    mendTables(body);
    const text = converter().turndown(body);
    const lines = text.replaceAll("\u00a0", " ").split("\n").map((line) => line.trimEnd());
    const joined = lines.join("\n").trim();
    const tidy = joined.includes("```") ? joined : joined.replace(/\n{3,}/g, "\n\n");
    return { text: tidy, isPicture };
  };
})();
