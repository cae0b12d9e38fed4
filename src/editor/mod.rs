//! The newsroom: writing, publishing and correcting articles in the browser. `articles` stores them, `import` parses their texts.

mod form;
pub mod pages;
mod store;
