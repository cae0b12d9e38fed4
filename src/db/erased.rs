//! Reads and writes without the type of their result, so that what runs them (threads, transactions, retries) is compiled
//! once, not once for each caller.

use super::Conn;
use crate::error::Error;
use std::any::Any;

pub(super) type Value = Box<dyn Any + Send>;
pub(super) type Read<'a> = Box<dyn FnOnce(&mut Conn) -> Result<Value, Error> + Send + 'a>;
pub(super) type Write = Box<dyn Fn(&mut Conn) -> Result<Value, Error> + Send + Sync>;

pub(super) fn read<'a, T: Send + 'static>(
    f: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'a,
) -> Read<'a> {
    Box::new(move |conn| Ok(Box::new(f(conn)?)))
}

pub(super) fn write<T: Send + 'static>(
    f: impl Fn(&mut Conn) -> Result<T, Error> + Send + Sync + 'static,
) -> Write {
    Box::new(move |conn| Ok(Box::new(f(conn)?)))
}

/// The result of [`read`] or [`write()`] with the type of its closure.
pub(super) fn typed<T: 'static>(result: Result<Value, Error>) -> Result<T, Error> {
    let value = result?.downcast();
    Ok(*value.expect("a value of the type that the closure returned"))
}
