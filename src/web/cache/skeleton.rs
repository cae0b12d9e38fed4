//! A cached page for signed-in readers, with placeholders for their name and a fresh idempotency key.
//!
//! The parts between placeholders are stored as text and as raw deflate that ends on a byte boundary (a full flush), so
//! that a gzip stream is assembled without compressing again. Values are sent as stored blocks: they share no
//! compression window with what others wrote (<https://www.rfc-editor.org/rfc/rfc1951>, BREACH).

use crate::error::Error;
use crate::text;
use actix_web::web::{Bytes, BytesMut};
use flate2::{Compress, Compression, FlushCompress};
use std::sync::LazyLock;

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placeholder {
    Name,
    Key,
}

/// The marks of placeholders in a rendered page. Random at each start, so that nobody can write one in a comment.
static PLACEHOLDER_MARKS: LazyLock<[String; 2]> = LazyLock::new(|| ["name", "key"].map(mark));

fn mark(of: &str) -> String {
    let random = text::random_hex::<16>().expect("the system gives random bytes");
    format!("placeholder-{of}-{random}")
}

/// The mark to print where the reader's name goes.
pub fn name_placeholder() -> &'static str {
    &PLACEHOLDER_MARKS[0]
}

/// The mark to print where a fresh idempotency key goes.
pub fn key_placeholder() -> &'static str {
    &PLACEHOLDER_MARKS[1]
}

/// The values of the placeholders in one response.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// Escaped for HTML.
    pub name: &'a str,
    pub key: &'a str,
}

#[derive(Debug)]
struct StaticPart {
    text: Bytes,
    deflated: Bytes,
    crc: u32,
    /// CRC-32 combine matrix for this part's length.
    shift: [u32; 32],
}

#[derive(Debug)]
pub struct Skeleton {
    first: StaticPart,
    rest: Vec<(Placeholder, StaticPart)>,
    deflated: usize,
    plain: usize,
}

impl Skeleton {
    /// Splits a rendered page at the marks of its placeholders.
    ///
    /// # Errors
    /// `Internal` when it cannot be compressed.
    pub fn cut(page: &str) -> Result<Skeleton, Error> {
        let mut pieces = Vec::new();
        let mut last = None;
        let mut text = page;
        while let Some((at, placeholder)) = next_placeholder(text) {
            pieces.push((last, &text[..at]));
            last = Some(placeholder);
            let length = if placeholder == Placeholder::Name {
                name_placeholder().len()
            } else {
                key_placeholder().len()
            };
            text = &text[at + length..];
        }
        pieces.push((last, text));
        let mut pieces = pieces.into_iter();
        let first = StaticPart::pack(pieces.next().map_or("", |(_, text)| text))?;
        let rest: Result<Vec<_>, Error> = pieces
            .map(|(placeholder, text)| {
                Ok((
                    placeholder.unwrap_or(Placeholder::Name),
                    StaticPart::pack(text)?,
                ))
            })
            .collect();
        let rest = rest?;
        let all = || std::iter::once(&first).chain(rest.iter().map(|(_, f)| f));
        let deflated = all().map(|f| f.deflated.len()).sum();
        let plain = all().map(|f| f.text.len()).sum();
        Ok(Skeleton {
            first,
            rest,
            deflated,
            plain,
        })
    }

    /// Bytes of memory.
    pub fn weight(&self) -> usize {
        self.plain + self.deflated + (self.rest.len() + 1) * size_of::<StaticPart>()
    }

    /// The page, uncompressed.
    pub fn plain(&self, values: Values<'_>) -> Bytes {
        let mut out = BytesMut::with_capacity(self.plain + 256);
        out.extend_from_slice(&self.first.text);
        for (placeholder, fixed) in &self.rest {
            out.extend_from_slice(values.of(*placeholder).as_bytes());
            out.extend_from_slice(&fixed.text);
        }
        out.freeze()
    }

    /// The page as one gzip stream: <https://www.rfc-editor.org/rfc/rfc1952>
    pub fn gzip(&self, values: Values<'_>) -> Bytes {
        let mut out = BytesMut::with_capacity(self.deflated + 512);
        out.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
        out.extend_from_slice(&self.first.deflated);
        let (mut crc, mut length) = (self.first.crc, self.first.text.len());
        for (placeholder, fixed) in &self.rest {
            let value = values.of(*placeholder).as_bytes();
            for block in value.chunks(usize::from(u16::MAX)) {
                let size = block.len() as u16;
                out.extend_from_slice(&[0]);
                out.extend_from_slice(&size.to_le_bytes());
                out.extend_from_slice(&(!size).to_le_bytes());
                out.extend_from_slice(block);
            }
            let mut hasher = crc32fast::Hasher::new_with_initial(crc);
            hasher.update(value);
            out.extend_from_slice(&fixed.deflated);
            crc = fixed.behind(hasher.finalize());
            length += value.len() + fixed.text.len();
        }
        // An empty final block.
        out.extend_from_slice(&[3, 0]);
        out.extend_from_slice(&crc.to_le_bytes());
        out.extend_from_slice(&(length as u32).to_le_bytes());
        out.freeze()
    }
}

fn next_placeholder(text: &str) -> Option<(usize, Placeholder)> {
    let name = text
        .find(name_placeholder())
        .map(|at| (at, Placeholder::Name));
    let key = text
        .find(key_placeholder())
        .map(|at| (at, Placeholder::Key));
    name.into_iter().chain(key).min_by_key(|(at, _)| *at)
}

impl Values<'_> {
    fn of(&self, placeholder: Placeholder) -> &str {
        match placeholder {
            Placeholder::Name => self.name,
            Placeholder::Key => self.key,
        }
    }
}

impl StaticPart {
    fn pack(text: &str) -> Result<StaticPart, Error> {
        let mut packer = Compress::new(Compression::new(6), false);
        let mut deflated = Vec::with_capacity(text.len() / 3 + 64);
        let mut eaten = 0;
        loop {
            deflated.reserve(1024);
            packer
                .compress_vec(
                    &text.as_bytes()[eaten..],
                    &mut deflated,
                    FlushCompress::Full,
                )
                .map_err(Error::internal)?;
            eaten = packer.total_in() as usize;
            // Room left over means that the flush is complete.
            if eaten == text.len() && deflated.len() < deflated.capacity() {
                break;
            }
        }
        let length = text.len() as u64;
        let shift = std::array::from_fn(|bit| {
            let mut one = crc32fast::Hasher::new_with_initial_len(1 << bit, 0);
            one.combine(&crc32fast::Hasher::new_with_initial_len(0, length));
            one.finalize()
        });
        Ok(StaticPart {
            crc: crc32fast::hash(text.as_bytes()),
            text: Bytes::copy_from_slice(text.as_bytes()),
            deflated: deflated.into(),
            shift,
        })
    }

    /// The CRC-32 of data whose CRC-32 is `before`, followed by this part. CRCs are linear over GF(2), so appending a
    /// part of known length is a multiplication by a matrix.
    fn behind(&self, mut before: u32) -> u32 {
        let mut crc = self.crc;
        while before != 0 {
            let bit = before.trailing_zeros() as usize;
            crc ^= self.shift[bit];
            before &= before - 1;
        }
        crc
    }
}
