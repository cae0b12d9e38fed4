//! The table of the site's settings: each one has a single entry here, with its default, its form field and its check.

use super::links;
use super::setting_checks::{
    accent, as_it_is, days, email, language, own_css, password_length, required, site_name,
    time_zone,
};
use crate::interface::Interface;
use crate::text;

/// One setting.
pub struct Setting {
    /// The name of its form field, and the key under which it is stored.
    pub name: &'static str,
    pub kind: Kind,
    pub default: &'static str,
    pub label: Label,
    pub hint: Option<Label>,
    /// The value to store, or the message to show next to the field. Choices are checked before.
    check: fn(Interface, &str) -> Result<String, String>,
}

/// A text of the interface.
type Label = fn(Interface) -> String;

/// How a setting is asked for.
pub enum Kind {
    /// `max`: characters.
    Text {
        max: usize,
        is_optional: bool,
    },
    Email,
    /// A style sheet.
    Css,
    /// A link on each line.
    Links,
    /// Values with their labels.
    Choice(&'static [(&'static str, Label)]),
}

impl Setting {
    /// The value to store.
    ///
    /// # Errors
    /// The message to show next to the field.
    pub fn parse(&self, t: Interface, given: &str) -> Result<String, String> {
        match self.kind {
            Kind::Choice(choices) if !choices.iter().any(|(value, _)| *value == given) => {
                Err(t.choice_missing())
            }
            Kind::Text { max, .. } => {
                let line = text::clean_line(given).map_err(|_| t.text_control_character())?;
                match line.chars().count() > max {
                    true => Err(t.line_too_long(max as i64)),
                    false => (self.check)(t, &line),
                }
            }
            _ => (self.check)(t, given),
        }
    }
}

const ON_OFF: Kind = Kind::Choice(&[
    ("off", Interface::setting_off),
    ("on", Interface::setting_on),
]);

const PICTURE: Kind = Kind::Text {
    max: 100,
    is_optional: true,
};

pub static SITE_NAME: Setting = Setting {
    name: "site_name",
    kind: Kind::Text {
        max: 80,
        is_optional: false,
    },
    // The configuration has another one.
    default: "",
    label: Interface::field_site_name,
    hint: None,
    check: site_name,
};
pub static TAGLINE: Setting = Setting {
    name: "tagline",
    kind: Kind::Text {
        max: 200,
        is_optional: true,
    },
    default: "",
    label: Interface::field_tagline,
    hint: Some(Interface::tagline_hint),
    check: as_it_is,
};
pub static LANGUAGE: Setting = Setting {
    name: "language",
    kind: Kind::Text {
        max: 35,
        is_optional: false,
    },
    default: "en",
    label: Interface::field_language,
    hint: Some(Interface::language_hint),
    check: language,
};
pub static TIME_ZONE: Setting = Setting {
    name: "time_zone",
    kind: Kind::Text {
        max: 60,
        is_optional: false,
    },
    default: "UTC",
    label: Interface::field_zone,
    hint: Some(Interface::zone_hint),
    check: time_zone,
};
pub static CONTACT: Setting = Setting {
    name: "contact",
    kind: Kind::Email,
    default: "",
    label: Interface::field_contact,
    hint: Some(Interface::contact_hint),
    check: email,
};
pub static DEFAULT_SECTION: Setting = Setting {
    name: "default_section",
    kind: Kind::Text {
        max: 60,
        is_optional: false,
    },
    default: "News",
    label: Interface::field_default_section,
    hint: Some(Interface::default_section_hint),
    check: required,
};
pub static TYPOGRAPHIC_QUOTES: Setting = Setting {
    name: "typographic_quotes",
    kind: ON_OFF,
    default: "on",
    label: Interface::field_typographic_quotes,
    hint: Some(Interface::typographic_quotes_hint),
    check: as_it_is,
};
pub static FIRST_COMMENT: Setting = Setting {
    name: "first_comment",
    kind: Kind::Choice(&[
        ("hold", Interface::setting_first_hold),
        ("publish", Interface::setting_first_publish),
    ]),
    default: "hold",
    label: Interface::field_first_comment,
    hint: None,
    check: as_it_is,
};
pub static MODERATE_ALL: Setting = Setting {
    name: "moderate_all",
    kind: ON_OFF,
    default: "off",
    label: Interface::field_moderate_all,
    hint: Some(Interface::moderate_all_hint),
    check: as_it_is,
};
pub static CLOSE_AFTER_DAYS: Setting = Setting {
    name: "close_after_days",
    kind: Kind::Text {
        max: 4,
        is_optional: true,
    },
    default: "",
    label: Interface::field_close_after_days,
    hint: Some(Interface::close_after_days_hint),
    check: days,
};
pub static ACCENT: Setting = Setting {
    name: "accent",
    kind: Kind::Text {
        max: 20,
        is_optional: true,
    },
    default: "",
    label: Interface::field_accent,
    hint: Some(Interface::accent_hint),
    check: accent,
};
pub static OWN_CSS: Setting = Setting {
    name: "own_css",
    kind: Kind::Css,
    default: "",
    label: Interface::field_own_css,
    hint: Some(Interface::own_css_hint),
    check: own_css,
};
pub static JOIN: Setting = Setting {
    name: "join",
    kind: Kind::Choice(&[
        ("everyone", Interface::setting_join_everyone),
        ("invited", Interface::setting_join_invited),
        ("approval", Interface::setting_join_approval),
        ("nobody", Interface::setting_join_nobody),
    ]),
    default: "everyone",
    label: Interface::field_join,
    hint: None,
    check: as_it_is,
};
pub static NOTIFY_MODERATORS: Setting = Setting {
    name: "notify_moderators",
    kind: ON_OFF,
    default: "off",
    label: Interface::field_notify_moderators,
    hint: Some(Interface::notify_moderators_hint),
    check: as_it_is,
};

pub static LOGO: Setting = Setting {
    name: "logo",
    kind: PICTURE,
    default: "",
    label: Interface::field_logo,
    hint: Some(Interface::logo_hint),
    check: links::check_picture,
};
pub static ICON: Setting = Setting {
    name: "icon",
    kind: PICTURE,
    default: "",
    label: Interface::field_icon,
    hint: Some(Interface::icon_hint),
    check: links::check_picture,
};
pub static NAVIGATION: Setting = Setting {
    name: "navigation",
    kind: Kind::Links,
    default: "",
    label: Interface::field_navigation,
    hint: Some(Interface::links_hint),
    check: |t, given| links::check_links(t, given, 8),
};
pub static FOOTER: Setting = Setting {
    name: "footer_links",
    kind: Kind::Links,
    default: "",
    label: Interface::field_footer_links,
    hint: Some(Interface::links_hint),
    check: |t, given| links::check_links(t, given, 20),
};
pub static SOCIAL: Setting = Setting {
    name: "social_links",
    kind: Kind::Links,
    default: "",
    label: Interface::field_social_links,
    hint: Some(Interface::social_links_hint),
    check: |t, given| links::check_links(t, given, 10),
};
pub static STAFF_PASSWORD: Setting = Setting {
    name: "staff_password_length",
    kind: Kind::Text {
        max: 2,
        is_optional: false,
    },
    default: "15",
    label: Interface::field_staff_password_length,
    hint: Some(Interface::staff_password_length_hint),
    check: password_length,
};

pub static JOIN_PROOF: Setting = Setting {
    name: "join_proof_of_work",
    kind: ON_OFF,
    default: "off",
    label: Interface::field_join_proof,
    hint: Some(Interface::join_proof_hint),
    check: as_it_is,
};
pub static VERIFIED_EMAIL: Setting = Setting {
    name: "require_verified_email",
    kind: ON_OFF,
    default: "off",
    label: Interface::field_verified_email,
    hint: Some(Interface::verified_email_hint),
    check: as_it_is,
};
pub static TWO_FACTOR: Setting = Setting {
    name: "require_two_factor",
    kind: Kind::Choice(&[
        ("nobody", Interface::setting_two_factor_nobody),
        ("admins", Interface::setting_two_factor_admins),
        ("staff", Interface::setting_two_factor_staff),
    ]),
    default: "nobody",
    label: Interface::field_two_factor,
    hint: Some(Interface::two_factor_hint),
    check: as_it_is,
};
/// The key of the time since which [`TWO_FACTOR`] has its value.
pub const TWO_FACTOR_SINCE: &str = "require_two_factor_since";

/// Every setting, in the order of the form.
pub static ALL: [&Setting; 23] = [
    &SITE_NAME,
    &TAGLINE,
    &LANGUAGE,
    &TIME_ZONE,
    &CONTACT,
    &DEFAULT_SECTION,
    &TYPOGRAPHIC_QUOTES,
    &FIRST_COMMENT,
    &MODERATE_ALL,
    &CLOSE_AFTER_DAYS,
    &JOIN,
    &JOIN_PROOF,
    &VERIFIED_EMAIL,
    &TWO_FACTOR,
    &NOTIFY_MODERATORS,
    &STAFF_PASSWORD,
    &LOGO,
    &ICON,
    &ACCENT,
    &NAVIGATION,
    &FOOTER,
    &SOCIAL,
    &OWN_CSS,
];
