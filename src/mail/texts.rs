//! What each mail says.

use super::{ACCOUNT_TOKEN, LinkToken, Mail, Notice};
use crate::db::Time;
use crate::interface::Interface;
use crate::paths;
use crate::text::token;
use crate::web::Site;

pub(super) struct Text {
    pub subject: String,
    pub paragraphs: Vec<String>,
    pub link: Option<Link>,
    /// A paragraph after the link, such as how long it works.
    pub after: String,
    /// Why the recipient gets this mail.
    pub reason: String,
}

pub(super) struct Link {
    pub label: String,
    pub url: String,
}

/// The text of a mail. Last: the base URL, and the site's key, which tokens in links are made from.
pub(super) fn text(mail: &Mail, site: &Site, (origin, key): (&str, &[u8])) -> Text {
    let t = site.t();
    let plain = |paragraph: String, reason: String| Text {
        subject: mail.subject(t, site),
        paragraphs: vec![paragraph],
        link: None,
        after: String::new(),
        reason,
    };
    let linked = |label: String, path: &str| {
        Some(Link {
            label,
            url: format!("{origin}{path}"),
        })
    };
    match mail {
        Mail::CommentsWaiting { count } => Text {
            link: linked(t.mail_waiting_link(), paths::ADMIN_COMMENTS),
            ..plain(
                t.mail_waiting_text(*count),
                t.mail_waiting_reason(&site.name),
            )
        },
        Mail::Invitation { id, created_at, by } => Text {
            link: {
                let token = token::derive(key, mail.kind(), *id, *created_at);
                linked(t.mail_invitation_link(), &paths::invite(&token))
            },
            ..plain(
                t.mail_invitation_text(by, &site.name),
                t.mail_invitation_reason(),
            )
        },
        Mail::Approved { username } => Text {
            link: linked(t.mail_approved_link(), paths::FRONT),
            ..plain(
                t.mail_approved_text(username, &site.name),
                t.mail_account_reason(username, &site.name),
            )
        },
        Mail::Test => plain(t.mail_test_text(), t.mail_test_reason()),
        _ => account(mail, site, |link, path, label| {
            let token = token::derive(key, ACCOUNT_TOKEN, link.id, link.created_at);
            linked(label, &path(&token))
        }),
    }
}

/// The text of a mail with a link that works once.
fn account(
    mail: &Mail,
    site: &Site,
    link_to: impl Fn(&LinkToken, fn(&str) -> String, String) -> Option<Link>,
) -> Text {
    let (t, name) = (site.t(), &site.name);
    let (username, paragraph, link, after) = match mail {
        Mail::Verify { username, link } => (
            username,
            t.mail_verify_text(username, name),
            link_to(link, paths::verify, t.mail_verify_link()),
            t.mail_verify_after(),
        ),
        Mail::NewEmail { username, link } => (
            username,
            t.mail_new_email_text(username, name),
            link_to(link, paths::verify, t.mail_verify_link()),
            t.mail_new_email_after(),
        ),
        Mail::EmailChanging {
            username,
            new,
            link,
        } => (
            username,
            t.mail_changing_text(username, new, name),
            link_to(link, paths::cancel_email, t.mail_changing_link()),
            t.mail_changing_after(),
        ),
        Mail::Reset { username, link } => (
            username,
            t.mail_reset_text(username, name),
            link_to(link, paths::reset, t.mail_reset_link()),
            t.mail_reset_after(),
        ),
        Mail::Locked { username, link } => (
            username,
            t.mail_locked_text(username, name),
            link_to(link, paths::reset, t.mail_reset_link()),
            t.mail_locked_after(),
        ),
        Mail::Notice {
            what,
            username,
            detail,
            at,
            link,
        } => (
            username,
            notice(t, site, *what, detail, Time(*at)),
            link_to(link, paths::not_me, t.mail_not_me_link()),
            t.mail_not_me_after(),
        ),
        _ => unreachable!("all other mails have no link that works once"),
    };
    Text {
        subject: mail.subject(t, site),
        paragraphs: vec![paragraph],
        link,
        after,
        reason: t.mail_account_reason(username, name),
    }
}

fn notice(t: Interface, site: &Site, what: Notice, detail: &str, at: Time) -> String {
    let when = site.minute(at);
    match what {
        Notice::PasswordChanged => t.mail_password_text(&site.name, &when),
        Notice::NewDevice => t.mail_device_text(detail, &site.name, &when),
        Notice::SecondFactorOn => t.mail_factor_on_text(&site.name, &when),
        Notice::SecondFactorOff => t.mail_factor_off_text(&site.name, &when),
        Notice::RecoveryCodesNew => t.mail_codes_text(&site.name, &when),
        Notice::ProviderConnected => t.mail_provider_text(detail, &site.name, &when),
        Notice::ProviderDisconnected => t.mail_provider_off_text(detail, &site.name, &when),
        Notice::PasskeyAdded => t.mail_passkey_added_text(detail, &site.name, &when),
        Notice::PasskeyRemoved => t.mail_passkey_removed_text(detail, &site.name, &when),
        Notice::Deletion => {
            let comments = match detail {
                "erase" => t.mail_deletion_erase(),
                _ => t.mail_deletion_anonymise(),
            };
            let end = site.minute(at.plus(3 * Time::DAY));
            t.mail_deletion_text(&comments, &site.name, &end)
        }
        Notice::DeletionCancelled => t.mail_kept_text(&site.name, &when),
        Notice::RecoveryCodeUsed => {
            t.mail_recovery_text(detail.parse().unwrap_or(0), &site.name, &when)
        }
    }
}
