// Sets the chosen theme before the page is painted; site.js does the rest.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {}
