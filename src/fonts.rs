//! The fonts that pictures are drawn with: the built-in ones, and those of the system for characters that they lack.

use crate::error::Error;
use crate::web::assets::ASSETS;
use resvg::usvg::fontdb;
use std::sync::{Arc, OnceLock};

/// The built-in fonts.
pub struct Fonts {
    /// The serif font as TrueType, for measuring text.
    pub serif: Vec<u8>,
    pub database: Arc<fontdb::Database>,
}

/// The built-in fonts, unpacked once.
///
/// # Errors
/// `Internal` when they cannot be unpacked.
pub fn built_in() -> Result<&'static Fonts, Error> {
    static FONTS: OnceLock<Option<Fonts>> = OnceLock::new();
    let load = || {
        let unpack = |name: &str| {
            let asset = ASSETS.iter().find(|a| a.name == name)?;
            wuff::decompress_woff2(asset.plain).ok()
        };
        let (serif, sans) = (
            unpack("source-serif-4.woff2")?,
            unpack("source-sans-3.woff2")?,
        );
        let mut database = fontdb::Database::new();
        database.load_font_data(serif.clone());
        database.load_font_data(sans);
        Some(Fonts {
            serif,
            database: Arc::new(database),
        })
    };
    FONTS
        .get_or_init(load)
        .as_ref()
        .ok_or_else(|| Error::internal("the fonts cannot be decompressed"))
}

/// The built-in fonts and the system's.
///
/// # Errors
/// As [`built_in`].
pub fn with_system() -> Result<Arc<fontdb::Database>, Error> {
    static ALL: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let ours = built_in()?;
    let load = || {
        let mut all = (*ours.database).clone();
        all.load_system_fonts();
        Arc::new(all)
    };
    Ok(ALL.get_or_init(load).clone())
}

/// The name of the built-in font family that contains `part`.
pub fn family(part: &str) -> String {
    let Ok(fonts) = built_in() else {
        return part.to_owned();
    };
    let names = fonts
        .database
        .faces()
        .flat_map(|face| face.families.iter().map(|f| f.0.clone()));
    let mut found = names.filter(|name| name.contains(part));
    found.next().unwrap_or_else(|| part.to_owned())
}
