// The calculation against spam, where the settings ask for it: finds a number whose hash begins with enough zeros.
"use strict";
(() => {
  const field = document.querySelector("input[data-challenge]");
  if (!field || !window.crypto?.subtle) return;
  const bits = Number(field.dataset.bits);
  const encoder = new TextEncoder();

  const zeros = (hash) => {
    let count = 0;
    for (const byte of hash) {
      if (byte) return count + Math.clz32(byte) - 24;
      count += 8;
    }
    return count;
  };
  const calculated = async () => {
    for (let number = 0; ; number++) {
      const text = encoder.encode(`${field.dataset.challenge}:${number}`);
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
      if (zeros(hash) >= bits) return String(number);
    }
  };

  const done = calculated().then((number) => { field.value = number; });
  field.form.addEventListener("submit", (event) => {
    if (field.value) return;
    event.preventDefault();
    done.then(() => field.form.submit());
  });
})();
