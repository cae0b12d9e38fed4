//! The data folder, readable by its owner only.

use std::path::Path;

/// Creates the data folder, readable by its owner only; if it exists, makes the database's files private instead.
///
/// # Errors
/// A sentence when it cannot be made.
pub fn make_private(folder: &Path) -> Result<(), String> {
    if folder.is_dir() {
        return make_files_private(folder);
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|e| format!("The data folder {} cannot be made: {e}", folder.display()))
}

/// Makes the database's files readable by their owner only, also in a folder that others can read.
fn make_files_private(folder: &Path) -> Result<(), String> {
    let say = |e: std::io::Error| format!("{} cannot be made private: {e}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(say)?.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with("masthead.");
        if is_ours && entry.file_type().is_ok_and(|is| is.is_file()) {
            make_file_private(&entry).map_err(say)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn make_file_private(entry: &std::fs::DirEntry) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let is_open = entry
        .metadata()
        .is_ok_and(|m| m.permissions().mode() & 0o077 != 0);
    match std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(0o600)) {
        // Ignored: files that a running server has renamed or removed, and files of another owner that are private already.
        Err(e) if e.kind() != std::io::ErrorKind::NotFound && is_open => Err(e),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn make_file_private(_: &std::fs::DirEntry) -> std::io::Result<()> {
    Ok(())
}
