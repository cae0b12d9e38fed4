//! The pages of articles: the front and the article itself.

mod front;
mod json_ld;
mod show;

pub use front::front;
pub use show::show;

use crate::interface::Interface;

/// `Mira Stahl and Jon Abara`
fn names(t: Interface, names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => t.list_and(&first.join(", "), last),
    }
}
