//! Untrusted input from files, passwords in URLs, and permissions of the database's files.

use crate::harness::{Program, masthead, on_sqlite};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};

#[test]
fn an_import_reads_regular_files_inside_its_folder_alone() {
    on_sqlite(module_path!(), |site| async move {
        let folder = site.place.folder.join("posts");
        std::fs::create_dir_all(folder.join("deep")).expect("folders");
        let write =
            |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
        write("good.md", "---\ntitle: A good one\n---\n\nText.\n");
        symlink(&folder, folder.join("deep/again")).expect("a link");
        symlink("/etc/hostname", folder.join("passwd.txt")).expect("a link");
        symlink("/dev/zero", folder.join("zero.md")).expect("a link");
        let made = std::process::Command::new("mkfifo")
            .arg(folder.join("pipe.md"))
            .status()
            .expect("mkfifo");
        assert!(made.success());
        let huge = std::fs::File::create(folder.join("huge.png")).expect("a file");
        huge.set_len(3 << 30).expect("three gigabytes of nothing");
        symlink("/etc/passwd", folder.join("out.png")).expect("a link");
        symlink("/dev/zero", folder.join("endless.png")).expect("a link");
        write("huge.md", "---\ntitle: Huge\n---\n\n![x](huge.png)\n");
        write("out.md", "---\ntitle: Out\n---\n\n![x](out.png)\n");
        write(
            "endless.md",
            "---\ntitle: Endless\n---\n\n![x](endless.png)\n",
        );
        let run = site.masthead(&["import", "posts", "--yes"], "");
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(1), "{said}");
        assert!(String::from_utf8_lossy(&run.stdout).contains("/articles/a-good-one"));
        for (file, why) in [
            ("passwd.txt", "symbolic link"),
            ("zero.md", "symbolic link"),
            ("huge.md", "larger than 10 MiB"),
            ("out.md", "outside the article's folder"),
            ("endless.md", "outside the article's folder"),
        ] {
            assert!(
                said.lines()
                    .any(|line| line.contains(file) && line.contains(why)),
                "{file}: {said}"
            );
        }
        let named = site.masthead(&["import", "posts/pipe.md", "posts/zero.md"], "");
        let said = String::from_utf8_lossy(&named.stderr).into_owned();
        assert_eq!(said.matches("is no file").count(), 2, "{said}");
    });
}

#[test]
fn a_password_with_any_sign_is_hidden() {
    let hidden = masthead::db::hide_password;
    for (url, shown) in [
        (
            "postgres://anna:a/b@c?d#e@host:5432/db?sslmode=require",
            "postgres://anna:…@host:5432/db?sslmode=require",
        ),
        (
            "postgres://anna:secret@host/db",
            "postgres://anna:…@host/db",
        ),
        ("postgres://anna@host/db", "postgres://anna@host/db"),
        (
            "postgres://host/db?user=anna&password=secret",
            "postgres://host/db?…",
        ),
        (
            "postgres://host:5432/db?password=se@cret",
            "postgres://host:5432/db?…",
        ),
        (
            "postgres://host/db?user=me@corp&password=secret",
            "postgres://host/db?…",
        ),
        ("postgres://anna:x?password@host/db", "postgres://…"),
        ("postgres://anna:secret", "postgres://…"),
        (
            "postgres://127.0.0.1:1/db?PassWord=secret",
            "postgres://127.0.0.1:1/db?…",
        ),
        ("redis://:se/cret@host:6379/", "redis://:…@host:6379/"),
        ("redis://127.0.0.1:6379/", "redis://127.0.0.1:6379/"),
    ] {
        assert_eq!(hidden(url), shown);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let place = crate::harness::Place {
        folder: folder.path().to_owned(),
        database_url: Some("postgres://anna:sec/ret@127.0.0.1:9/db".into()),
        session_store_url: None,
    };
    let run = masthead(&place, &["check"], "");
    let said = [run.stdout, run.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(
        !said.contains("ret@") && said.contains("127.0.0.1:9"),
        "{said}"
    );
}

/// A PNG of four pixels with a colour profile of `unpacked` bytes.
fn with_profile(unpacked: usize) -> Vec<u8> {
    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut out = (data.len() as u32).to_be_bytes().to_vec();
        out.extend_from_slice(kind);
        out.extend_from_slice(data);
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(data);
        out.extend_from_slice(&crc.sum().to_be_bytes());
        out
    }
    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        out.write_all(bytes).expect("memory");
        out.finish().expect("memory")
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(b"IHDR", &[0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0]));
    png.extend(chunk(
        b"iCCP",
        &[b"p\0\0".as_slice(), &packed(&vec![0; unpacked])].concat(),
    ));
    png.extend(chunk(
        b"IDAT",
        &packed(&[0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12]),
    ));
    png.extend(chunk(b"IEND", b""));
    png
}

#[test]
fn a_colour_profile_that_unpacks_to_megabytes_is_left_out() {
    let has_profile = |bytes: &[u8]| bytes.windows(4).any(|w| w == b"iCCP");
    let bomb = with_profile(200 << 20);
    assert!(bomb.len() < 400_000);
    let taken = masthead::media::process(&bomb).expect("the picture itself is fine");
    assert!(!has_profile(&taken.bytes));
    let plain = masthead::media::process(&with_profile(3000)).expect("a picture");
    assert!(has_profile(&plain.bytes));
}

#[test]
fn a_picture_is_not_endlessly_wide() {
    let mut png = with_profile(3000);
    // The width is the first field of the IHDR chunk, whose checksum follows the chunk's data.
    png[16..20].copy_from_slice(&1_000_000_u32.to_be_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let refused = masthead::media::process(&png).expect_err("too wide");
    assert!(refused.contains("at most 20000"), "{refused}");
}

#[test]
fn a_damaged_webp_is_refused_and_no_more() {
    let chunk = |kind: &[u8], size: u32, data: &[u8]| [kind, &size.to_le_bytes(), data].concat();
    for inside in [
        chunk(b"VP8X", 0, b""),
        chunk(b"VP8X", 1, b"\x0c"),
        chunk(b"VP8X", u32::MAX, b"x"),
        chunk(b"EXIF", 3, b"abc"),
    ] {
        let mut webp = b"RIFF\xff\0\0\0WEBP".to_vec();
        webp.extend(inside);
        assert!(masthead::media::process(&webp).is_err());
    }
}

#[test]
fn the_databases_files_are_their_owners_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("a folder");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755))
        .expect("readable by all");
    let place = crate::harness::Place::sqlite(&data);
    // As an older version left it.
    Program::start(&place, &[]).stop();
    std::fs::set_permissions(
        data.join("masthead.db"),
        std::fs::Permissions::from_mode(0o644),
    )
    .expect("readable by all");
    let program = Program::start_with(&place, &[], |command| {
        use std::os::unix::process::CommandExt;
        // SAFETY: umask is async-signal-safe and changes only the new process.
        unsafe {
            command.pre_exec(|| {
                libc::umask(0o022);
                Ok(())
            });
        }
    });
    for entry in std::fs::read_dir(&data).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("masthead.") {
            // A file may be renamed between listing and reading its metadata.
            if let Ok(meta) = entry.metadata() {
                assert_eq!(meta.permissions().mode() & 0o777, 0o600, "{name}");
            }
        }
    }
    drop(program);
}
