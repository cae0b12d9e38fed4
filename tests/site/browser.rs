//! The whole job in a real browser.
