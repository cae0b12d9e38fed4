# The interface text in English; other languages translate this file. build.rs generates a function for each message.
# Arguments named $n or ending in _n are numbers, all others are text.

skip = Skip to content
nav-label = Main menu
nav-dashboard = Dashboard
nav-comments = Comments
nav-log = Log
nav-staff = Staff
nav-settings = Settings
nav-log-in = Log in
nav-log-out = Log out
nav-join = Join
nav-search = Search
foot-feeds = Feeds
number = { $n }
theme-label = Appearance
theme-auto = Auto
theme-light = Light
theme-dark = Dark
pager-label = Pages
pager-newer = Newer
pager-older = Older

# Dates
month-name = { $n ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
 }
date-day = { $day } { $month } { $year }
date-minute = { $date }, { $clock }
date-month = { $month } { $year }
foot-label = About this site
foot-about = About
first-page = First page
next-page = Next page
required = This field is required.
saved = Saved.
save-button = Save
list-and = { $first } and { $last }
choice-missing = Choose one of the options.
line-too-long = At most { $n } characters.
wait-seconds = { $n ->
    [one] 1 second
   *[other] { $n } seconds
 }
wait-minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
 }

# Front and article
front-latest = Latest
front-discussed = Most discussed
front-about = { $site }: articles with their sources, and a conversation under each.
front-archive = All articles by month
front-empty = Nothing has been published yet.
byline-by = By
reading-minutes = { $n } min read
byline-separator = ,{" "}
byline-and = {" "}and{" "}
updated = Updated
what-changed = What changed
continue-reading = Continue where you left off
contents = In this article
note-back-to-text = Back to the text
share = Share:
share-link = Link
share-copied = Link copied
share-email = E-mail
related = Related articles
corrections-label = Corrections
correction-correction = Correction
correction-clarification = Clarification
correction-update = Update
correction-retraction = Retraction
why-it-matters = Why it matters
source-notes = Source notes
note-primary = Primary
note-corroboration = Corroborated by
note-limit = Attributed, not verified
note-link = Source
join-the-conversation = Join the conversation
comments-count = { $n ->
    [0] No comments yet
    [one] 1 comment
   *[other] { $n } comments
 }

# Lists, archive, corrections, revisions
list-section = Section
list-section-about = All articles in { $name } on { $site }.
list-tag = Tag
list-tag-about = Articles tagged { $name } on { $site }.
list-author = Author
list-author-about = Articles by { $name } on { $site }.
list-feed = Atom feed
feed-of-thread = Comments on { $title }
conversation-by = A comment by { $name }
authors-heading = Authors
authors-about = Everybody who writes for { $site }.
tags-heading = Tags
tags-about = What { $site } writes about.
feeds-heading = Feeds
feeds-dek = New articles in a reader of your choice, without an account and without being counted.
feeds-how = Copy an address into your feed reader. Each feed holds the whole text. Atom, RSS and JSON have the same content; if you are not sure, take Atom.
feeds-what = What
feeds-more = Every tag, every author and the comments under every article have a feed too: your reader finds it when you give it the page's address.
archive-heading = Archive
archive-about = All articles published by { $site }, by month.
archive-month-about = Articles published by { $site } in { $month }.
archive-sections = Sections
corrections-heading = Corrections
corrections-about = All corrections published by { $site }, with their dates.
corrections-dek = All corrections, clarifications, updates and retractions, newest first.
corrections-none = There are no corrections yet.
revisions-heading = What changed
revisions-title = What changed: { $title }
revisions-dek = All published versions of this article, newest first.
revisions-all = All versions
revision-first = first published version
revision-first-heading = First published version
revision-heading = What changed
revision-legend = Changes:
revision-removed = removed
revision-new = added
revision-excerpt = “{ $words }”
revision-same = { $n ->
    [one] 1 unchanged paragraph
   *[other] { $n } unchanged paragraphs
 }

# Search
search-heading = Search
search-title = Search: { $words }
search-button = Search
search-hint = Use "quotes" for an exact phrase, begin* for words that start with it, -word to exclude a word.
search-filters = Filters
search-section = Section
search-all-sections = All sections
search-author = Author
search-reader = Reader
search-from = From
search-to = To
search-type-label = Search in
search-articles = Articles
search-comments = Comments
search-no-results = No results for “{ $words }”. Try fewer or different words.
search-did-you-mean = Did you mean:
search-count = { $n ->
    [one] 1 result
   *[other] { $n } results
}
search-many = More than { $n } results
search-best = Best
search-newest = Newest
search-no-words = Enter at least one word to search for.
search-unknown-author = No author or reader named “{ $name }” was found.
search-back-to-first-page = Back to the first results
search-more = More results

# Thread
sort-label = Sort by
sort-newest = Newest
sort-oldest = Oldest
sort-best = Best
sort-replies = Most replies
thread-closed = Comments on this article are closed.
thread-empty = Be the first to comment.
more-conversations = Show more comments
more-replies = Show more replies
back-to-all-comments = Back to all comments
conversation-title = A comment on { $title }
conversation-under = From the comments on
commenting-as = Commenting as
compose-hint = Formatting: **bold**, *italic*, > quote, links.
compose-first-held = A moderator will review your first comment before it appears.
compose-heading = Your comment on “{ $title }”
compose-log-in-first = You are not logged in, so your text was not posted. It is shown below: log in in a new tab, then come back and post it.
login-new-tab = Log in in a new tab
login-to-comment = Log in to comment
or-join-first = New here?
or-join = Create an account
preview-button = Preview
preview-heading = Preview
post-button = Post
field-comment = Your comment
reply-heading = Reply to { $name }
in-reply-to = in reply to
a-hidden-comment = a comment that is not public
edited = edited
reply = Reply
flag = Flag
edit = Edit
delete = Delete
approve = Approve
reject = Reject
reject-and-tell = Reject and tell the author
undelete-button = Undo
undelete-hint = You can undo this for 10 minutes.
tombstone-deleted = A comment was deleted by its author.
tombstone-hidden = This comment is not public.
deleted-staff = Deleted by its author. Staff can see the text for 30 days; then it is permanently removed.
notice-pending-own = Waiting for a moderator, because no comment of yours has been approved here yet. Only you and the staff can see it. Once one is approved, the others appear too, and later ones at once.
notice-pending = Waiting for a moderator
notice-withheld-own = Held for review by a moderator. Only you and the staff can see it.
notice-withheld = Held for review by a filter
notice-rejected-own = A moderator removed this comment. Reason: { $reason }.
notice-rejected = Rejected: { $reason }.
notice-note = “{ $note }”
flags-open = { $n ->
    [one] 1 open flag
   *[other] { $n } open flags
 }
badge-admin = Admin
badge-editor = Editor
badge-moderator = Moderator
comment-empty = The comment is empty. Write something first.
comment-too-long = Too long: { $n } characters. The limit is { $limit_n }.
comment-too-much-formatting = This comment has too much formatting or too many symbols. Please use fewer quotes, lists, links and symbols.
note-too-long = Too long: { $n } characters. The limit is { $limit_n }.
text-control-character = The text contains an invisible control character. Please remove it.
text-too-many-accents = A letter has more than { $n } accents. Please remove some.
form-key-invalid = The form key is invalid: it must be 8 to 64 letters, digits, - or _. Please post again from this page.
reply-parent-unavailable = The comment you are replying to no longer exists or cannot be replied to. Your text is below; if you post it now, it becomes a new comment.
action-unknown = The form sent an unknown action. Go back and use the Post or Preview button.
back-to-article = Back to the article
edit-heading = Edit your comment
edit-current = Current version
edit-stale = { $name } changed this comment on { $when }, after you opened it. Your changes were not saved; your text is below.
edit-rejected = A moderator removed this comment, so it can no longer be edited.
edit-deleted = This comment is deleted. Undo the deletion before you edit it.
edit-too-late = Comments can only be edited in the first 15 minutes after posting.
undelete-too-late = A deletion can only be undone for 10 minutes.

# Reasons
choose-reason = Reason…
reason-missing = Choose a reason.
reason-abusive = Abusive
reason-off-topic = Off topic
reason-spam = Spam
reason-misinformation = Misinformation
reason-illegal = Illegal
reason-advert = Advertising
reason-personal-data = Personal data
reason-duplicate = Duplicate
reason-other = Other
field-reason = Reason
field-detail = What is wrong?
field-detail-hint = Optional, at most 500 characters. Only visible to staff.
field-note = Note to the author
flag-heading = Flag this comment
flag-intro = A moderator will review this comment: “{ $excerpt }”
flag-button = Flag comment
flag-recorded = Thank you, reported. A moderator will review this comment.
flag-own = This is your own comment. You can edit or delete it instead.

# Moderation
queues-heading = Comments
queue-reported = Reported
queue-pending = Pending
queue-unmoderated = Unmoderated
queue-approved = Approved
queue-rejected = Rejected
queue-empty = No comments in this queue.
joined = joined
on-article = on
status-approved = Approved
status-published = Published, not reviewed yet
status-public = The comment is public.
why-first = New reader: no comment of theirs has been approved yet
why-flag = Flagged: { $reason }
why-flag-detail = Flagged: { $code } — “{ $detail }”
why-edited = Edited by its author
moderate-heading = Review this comment
moderate-stale = This comment has changed since you opened it. Your action was not saved. The current version is below.
moderate-stale-edited-by = { $by } edited this comment on { $when }, after you opened it. Your action was not saved. The current version is below.
moderate-stale-acted-by = { $by } { $did } this comment on { $when }, after you opened it. Your action was not saved. The current version is below.
back-to-queues = Back to the queues
revision-missing = The form did not say which version of the comment you saw. Please try again from this page.
bulk-label = With selected
bulk-approve = Approve
bulk-reject = Reject
bulk-stale = Comment #{ $id } has changed in the meantime and was skipped.
bulk-ids = Each selected comment must be sent as ID:REVISION.
bulk-none = No comments selected. Select at least one.
bulk-action-missing = Choose Approve or Reject.
action-approve = approved
action-reject = rejected
action-edit = edited
action-delete = deleted
action-undelete = restored
action-undo = took back
action-release = automatically published
action-hold = automatically held again
action-role = changed roles
action-ban = banned
action-unban = lifted ban
queue-flagged-again = Flagged again
flagged-again = { $n ->
    [one] { $n } approved comment was flagged again
   *[other] { $n } approved comments were flagged again
}
why-flagged-again = Approved, and flagged again since
done-approved = Approved #{ $id }.
done-rejected = Rejected #{ $id }.
done-undone = Taken back: #{ $id } is as it was before.
undo-button = Undo
keys-heading = Keys
keys-approve = approve
keys-reject = reject: then the number of the reason, or Esc
keys-move = next, previous
keys-undo = undo the last decision
keys-help = show or hide this list
ban-heading = Ban this reader
ban-button = Ban
lift-button = Lift the ban
field-ban-reason = Reason
field-ban-reason-hint = The reader is told. At most 500 characters.
field-ban-until = Until
field-ban-until-hint = Through this day. Empty: without end.
ban-until-invalid = Enter a date such as 2026-12-31.
ban-until-past = Enter today or a later day.
banned-through = Banned through { $day }.
banned-until = Banned until { $when }.
banned-without-end = Banned without end.
reader-comments-heading = Comments
reader-comments-empty = No comments yet.
flags-raised = Flags
public-profile = Public profile
notice-held-own = Waiting for a moderator. Only you and the staff can see it.
back-to-comment = Back to the comment
flagged-own = You reported this comment.
log-heading = Log
log-for-comment = Entries for comment #{ $id }.
log-of-comment = history
log-all = Show all entries
log-empty = No entries yet.
log-when = When
log-who = Who
log-what = Action
log-subject = Subject
log-details = Details
log-change = { $from } → { $to }
log-actor-rule = Automatic rule
log-actor-console = Command line

# Dashboard
dashboard-heading = Dashboard
dashboard-needs-review = Needs review
dashboard-latest = Latest articles
samples-heading = Sample articles
samples-text = The sample articles are for trying things out. Removing them also removes their readers and comments. This cannot be undone.
samples-ask = Remove the sample articles, their readers and their comments for good?
samples-confirm = Yes, remove them
samples-button = Remove sample articles
settings-heading = Settings
field-site-name = Publication name
site-name-hint = Shown at the top of every page.
site-name-missing = Enter a name for the publication.
field-tagline = Tagline
tagline-hint = One line, for search engines and the About page.
field-language = Language
language-hint = The language you write in, as a language tag such as en, de or pt-BR. The interface is available in English and German.
language-tag-invalid = This is not a valid language tag. Use a tag such as en, de or pt-BR.
field-zone = Time zone
zone-hint = Used for all dates, for example UTC, Europe/Berlin or America/New_York.
time-zone-invalid = Unknown time zone. Use a name such as Europe/Berlin.
field-contact = Contact e-mail
contact-hint = Shown on the About and Privacy pages. Optional.
field-default-section = Default section
default-section-hint = For imported articles that do not name a section.
field-typographic-quotes = Typographic quotation marks
typographic-quotes-hint = In Markdown articles, by the language of the site: "so" becomes “so”. Code stays as typed.
field-first-comment = A reader's first comment
setting-first-hold = is held for review
setting-first-publish = is published immediately
field-join = Who can join
setting-join-everyone = everyone
setting-join-nobody = nobody
staff-heading = Staff
staff-intro = Moderators review comments, editors publish articles, and admins can do both and change the settings. Roles take effect immediately. If a person's password is too short for staff, they choose a new one at their next login.
staff-add = Add a staff member
staff-hint = The person needs an account first.
staff-roles = Roles
staff-unknown = There is no account with this username.
staff-last-admin = This is the last admin. Make another person an admin first.
staff-password-needed = You logged in a while ago. Please enter your own password to change roles.
settings-stale = These settings were changed after you opened this page. Your changes are not saved yet: compare them with the current values below, then save again.
settings-now = Now: { $value }
bulk-many = At most { $n } comments at a time. Select fewer.
role-moderator = Moderator
role-editor = Editor
role-admin = Admin
role-unknown = There is no role named “{ $role }”.

# Accounts
field-username = Username
username-hint = 3 to 30 letters, digits, - or _. Visible to everyone.
username-invalid = Use 3 to 30 letters, digits, - or _, starting with a letter or digit.
username-taken = This username is taken.
username-reserved = This username is reserved. Please choose another one.
field-email = E-mail
email-hint = Never shown publicly, never sold.
email-invalid = This does not look like an e-mail address. Please check it.
email-taken = There is already an account with this address.
field-password = Password
password-hint = At least { $n } characters. Four random words work well.
password-short = Too short: at least { $n } characters.
password-long = Too long: at most { $n } characters.
password-weak = Too easy to guess. Four random words work well.
password-weak-because = Too easy to guess: { $why }. Four random words work well.
password-wrong = This is not your current password.
field-login = Username or e-mail
login-heading = Log in
login-button = Log in
login-to-join = New here? Create an account
login-wrong = The username or e-mail and the password do not match. Please check both.
login-too-many = Too many failed attempts. Try again in { $wait }.
join-heading = Create an account
join-intro = With an account you can comment and flag comments. You do not need one to read.
join-button = Join the conversation
join-to-login = Already have an account? Log in
join-closed = This site is not accepting new accounts at the moment.
join-too-many = Too many accounts were created from your network. Try again in { $wait }.
account-heading = Your account
account-intro = { $account } · { $email }
account-profile-link = Your public profile
account-password-link = Change your password
account-sessions-link = Where you are logged in
back-to-account = Back to your account
field-name = Name
name-hint = Shown instead of your username. Optional.
display-name-too-long = At most 50 characters.
display-name-invalid = This name cannot be displayed. Please use visible characters only.
name-lookalike = This name looks too much like a staff member's. Please choose another one.
field-bio = About you
bio-hint = At most 500 characters.
bio-too-long = At most 500 characters.
password-heading = Change your password
password-intro = Changing your password ends all your other sessions.
password-due-intro = You have been given a staff role. Staff need longer passwords: choose a new one before you continue.
field-current-password = Current password
field-new-password = New password
password-button = Change password
sessions-heading = Where you are logged in
sessions-intro = If you do not recognise a session, end it and change your password.
session-this = This session
session-unknown = Unknown browser
session-since = logged in
session-seen = last active
session-end = End session
session-end-others = End all other sessions
session-which = The form did not say which session to end. Go back and try again.
reader-since = Member since
setup-heading = Set up your publication
setup-intro = Create the first admin account. This link works only once.
setup-button = Create publication
ban-reason = Reason: { $reason }.
ban-no-reason = No reason was given.
ban-last-day = The last day of the ban is { $day }.
ban-until = The ban ends on { $when }.
ban-for-good = The ban has no end date.

# Errors
submitted-text-label = Your text
submitted-text-hint = Copy your text before you leave this page.
request-line = If this keeps happening, contact the site and give this request ID: { $id }
error-way-front = Go to the front page
error-malformed = Invalid request
error-refused = This cannot be done
error-forbidden = Access denied
error-forbidden-text = Your account does not have the role that this page requires.
error-cross-site = Cross-site request blocked
error-forged-text = For your security, this site only accepts forms from its own pages. Open the page on this site and send the form again.
error-banned = Your account is banned from posting
error-not-found = Page not found
error-not-found-text = This page does not exist, was moved or removed, or you do not have access to it.
error-not-allowed = Method not allowed
error-not-allowed-text = This address only accepts { $methods }.
error-conflict = This is no longer possible
error-too-large = Request too large
error-too-large-text = The limit is { $n } KiB. Use your browser's Back button to get your text back, shorten it and send it again.
error-not-a-form = Unsupported content type
error-log-in-first = You are not logged in. Log in and send it again.
error-not-a-form-text = This is not a form that can be read. Send application/x-www-form-urlencoded or multipart/form-data.
error-too-slow = Request timed out
error-too-slow-text = The connection was too slow to send the form. Please try again.
error-wrong-host = This site has a different address
error-foreign-host-text = Please use { $origin }
error-too-many = Too many requests
error-too-many-text = Too many requests in a short time. Nothing was saved. Try again in { $wait }.
error-busy = The site is busy
error-busy-text = Nothing was saved. Please try again in a few seconds.
error-internal = Something went wrong
error-broken-text = The error was logged. Nothing was saved. Please try again later.

# About, guidelines, privacy
about-heading = About { $site }
about-one = { $site } publishes articles. Everyone can join the conversation under each of them.
about-two = Every article names its sources: the source notes say what is confirmed first-hand, what others corroborate, and what is attributed because it has not been independently verified. Corrections are dated and shown in the article itself.
about-three = The site runs on Masthead, which is free software. It loads nothing from third parties.
about-contact = Contact us:
guidelines-heading = Guidelines
guidelines-dek = Everyone is welcome to join the conversation. Please follow these rules.
guidelines-one = Be polite. Criticise arguments, not people.
guidelines-two = Stay on topic. Say where your facts come from.
guidelines-three = No advertising, no illegal content, no personal data of others.
guidelines-four = Do not post the same thing twice.
guidelines-how = How moderation works
guidelines-hold = Your first comment is held until a moderator approves it. After that, your comments appear immediately.
guidelines-reject = When a moderator removes a comment, its author can see the reason. Every decision is recorded in a log with the moderator's name.
guidelines-flag = Anyone with an account can flag a comment. A moderator reviews every flag; a flag alone does not remove a comment.
guidelines-edit = You can edit a comment for 15 minutes and delete it at any time. If others have replied to a deleted comment, a placeholder without name or text remains.
privacy-heading = Privacy
privacy-dek = What this site stores about you, and what it does not.
privacy-reading = You can read without an account and without cookies. Your light or dark setting and your reading position are stored only in your browser; without JavaScript, the setting is a cookie that ends with the browser. The site loads nothing from third parties, does not track you and shows no advertising.
privacy-account = For an account, the site stores your username, your e-mail address, a hash of your password (not the password itself) and what you write in your profile. Your e-mail address is never shown publicly.
privacy-sessions = Logging in sets one cookie, which is needed to keep you logged in. For each session the site stores the browser's name, the IP address (for IPv6, only the network part) and when it was last active; you can see and end your sessions in your account. To prevent password guessing and spam, the site counts attempts per network for up to an hour.
privacy-comments = Comments are public under your name. Earlier versions of an edited comment are stored for moderators. The text of a deleted comment is stored for 30 days, visible to staff only, and then removed.
privacy-third = None of this is shared with or sold to anyone.

# Mail
setting-off = Off
setting-on = On
field-notify-moderators = Mail to moderators
notify-moderators-hint = While comments need review, every moderator gets a mail, at most one an hour.
mail-waiting-subject = { $n ->
    [one] One comment needs review
   *[other] { $n } comments need review
} · { $site }
mail-waiting-text = { $n ->
    [one] One comment is waiting for a moderator.
   *[other] { $n } comments are waiting for a moderator.
}
mail-waiting-link = Review comments
mail-waiting-reason = You get this mail because you are a moderator of { $site }. An admin can switch it off in the settings.
mail-test-subject = Test mail from { $site }
mail-test-text = This is a test. If you can read it, sending mail works.
mail-test-reason = The command “masthead mail test” was run with your address.
nav-mail = Mail
nav-jobs = Jobs
mail-heading = Mail
mail-intro = Mail that has not been sent yet. What could not be sent is tried again for a day and a half; after that it stays here.
mail-empty = No mail is waiting.
mail-waiting = Waiting, next attempt
mail-running = Being sent now
mail-failed = Not sent, given up
mail-retry = Try again
mail-discard = Delete
jobs-heading = Background jobs
jobs-intro = { $n ->
    [one] One job is waiting or running.
   *[other] { $n } jobs are waiting or running.
} Jobs that failed in their last attempt are listed here.
jobs-empty = No job is failing.
jobs-attempts = { $n ->
    [one] One attempt.
   *[other] { $n } attempts.
}
jobs-next = Next attempt
jobs-running = Running now
jobs-given-up = Given up
job-publish-due = Publish scheduled articles
job-sweep = Delete what has expired
job-index-existing = Index existing texts for search
job-send-mail = Send mail { $id }
job-notify-moderators = Mail to moderators
dashboard-jobs = { $n ->
    [one] One background job is failing
   *[other] { $n } background jobs are failing
}
role-writer = Writer
badge-writer = Writer
why-article = Comments here wait for a moderator
notice-article-own = Waiting for a moderator, as every comment here. Only you and the staff can see it.
field-moderate-all = Moderate every comment
moderate-all-hint = Comments of readers wait until a moderator has approved them.
editor-no-such-picture = There is no picture “{ $file }” in the media library.
editor-title-missing = Please give the article a title.
editor-text-missing = Please write a text before you publish.
editor-too-many = At most { $n } are allowed here.
editor-url-invalid = Please give an address that begins with https:// or http://.
editor-too-dense = The text has too much markup for its length (quotes, lists, tables, links): the page would be too large for browsers. Please split it into several articles.
editor-unknown-note = Line { $line } refers to the source note { $note }, but there are { $many }.
editor-comment-without-end = The HTML comment that begins in line { $line } has no end; write --> behind it.
time-unreadable = Please give a date and a time.
time-skipped = The clocks skip this time on that day. Please choose another.
time-repeated = The clocks show this time twice on that day. Please choose another.
nav-articles = Articles
articles-heading = Articles
articles-new = New article
articles-all = All
articles-empty = No article here yet.
articles-none-found = No article matches.
articles-search = Words of the title
articles-filter = Show
articles-any-section = All sections
articles-any-author = All authors
articles-sort = Sort
articles-sort-updated = Last saved
articles-sort-published = Last published
articles-sort-comments = Most comments
articles-sample = Sample
articles-changed = Changes not published
articles-comments = { $n ->
    [one] { $n } comment
   *[other] { $n } comments
}
articles-waiting = { $n ->
    [one] { $n } waiting
   *[other] { $n } waiting
}
article-draft = Draft
article-submitted = Submitted
article-scheduled = Scheduled
article-published = Published
article-unpublished = Taken down
editor-untitled = Untitled
editor-new-heading = New article
editor-save = Save
editor-submit = Submit for publication
editor-publish = Publish
editor-publish-changes = Publish changes
editor-schedule = Schedule
editor-unpublish = Take down
editor-preview = Preview
editor-preview-saved = Preview
editor-revisions = Versions
editor-public-page = Public page
editor-import = Paste or upload a story
editor-slug-taken = Another article has this address. Please choose another.
editor-time-past = This time is past. Please choose one in the future.
editor-wrong-status = Meanwhile the article has another status, in which this cannot be done. Nothing was changed.
editor-stale = { $who } has saved another version meanwhile. Nothing of it was overwritten: below are both. Take over what you need, then save yours, which replaces theirs.
editor-stale-action = The article was saved meanwhile. Nothing was changed; please look at it as it is now and try again.
editor-their-version = The version that is saved
editor-differences = How yours differs
editor-discard-mine = Drop mine and open the saved version
editor-saved-by = Saved { $when } by { $who }
editor-scheduled-for = Will be published { $when }
editor-has-changes = Readers see the published version. The changes below are not published yet.
editor-has-autosave = What was typed last has not been saved as a version yet.
editor-is-sample = This is a sample article. When you save it, it becomes yours, and removing the samples leaves it.
editor-guessed = The sections and the kinds of the source notes were guessed from the text. Please look at them; saving confirms them.
editor-present = { $who } has had this article open since { $when }.
editor-dek-hint = One or two sentences under the title; also what search engines show.
editor-body-hint = Markdown. [^s1] refers to the first source note, ![description](/media/file.jpg) shows a picture.
editor-names-hint = Separate several with commas.
editor-slug-hint = The end of the article’s address. Empty: made from the title when it is first saved. After publication the old address leads to the new one.
editor-keyphrases-hint = For search engines, separated by commas. Readers do not see them.
editor-publish-at-hint = In the time zone of the publication. Schedule publishes it then; saving what is scheduled moves it.
editor-image-hint = The name of a file in the media library.
editor-alt-hint = What the picture shows, for those who do not see it.
editor-note-row = Source note { $n }
editor-add-note = Add a source note
editor-remove-note = Remove
editor-details = Details
editor-picture = Main picture
editor-more = More
editor-readonly = You can read this article here; editors can change it.
editor-done-submitted = Submitted. An editor can publish it now.
editor-done-published = Published.
editor-done-scheduled = Scheduled.
editor-done-unpublished = Taken down. Its address says so.
editor-done-unscheduled = Not scheduled any more.
editor-done-corrected = The correction stands in the article.
editor-done-comments = Changed for readers at once.
editor-done-shared = Anybody who has the link below can see the article for seven days.
editor-done-unshared = The link does not work any more.
editor-correct-heading = Add a correction
editor-correct-intro = Readers see it at once, with today’s date.
editor-correct-button = Add the correction
editor-comments-heading = Comments
editor-comments-button = Change
editor-share-heading = Show it before it is published
editor-share-button = Make a link
editor-unshare-button = End the link
editor-share-until = Works until
editor-unschedule = Take back the schedule
editor-delete-heading = Delete
editor-delete-ask = This deletes the draft with all its versions for good.
editor-delete-button = Delete the draft
comments-open = Open
comments-closed = Closed
comments-moderated = Each waits for a moderator
field-title = Title
field-dek = Dek
field-slug = Address
field-section = Section
field-tags = Tags
field-authors = Authors
field-opening-summary = Opening summary
field-body = Main article
field-keyphrases = Keyphrases
field-image = File
field-alt = Description
field-caption = Caption
field-credit = Credit
field-comments = Comments
field-publish-at = Publish at
field-note-kind = Kind
field-note-text = Text
field-note-publisher = Publisher
field-note-url = Address
field-note-date = Date
field-correction-kind = Kind
field-correction-text = What was wrong, and what is right
revisions-compare = Compare
revisions-from = from
revisions-to = to
revisions-restore = Restore
revisions-restored-hint = Restoring makes a new version of it. Readers see it when you publish it.
revisions-was-public = Published
revisions-changes = Changes
revisions-same = These two versions are the same.
revisions-number = Version { $n }
import-heading = Paste or upload a story
import-intro = The text becomes a draft, in which you can change everything before anybody sees it.
import-hint = A story: the title in the first line, the dek below, then “# ” with the title again and the sections. Or Markdown that begins with front matter (--- or +++).
import-button = Make a draft
import-one-file = Please choose one file.
import-not-text = This file is not UTF-8 text.
import-both = Please either paste a text or choose a file, not both.
import-empty = Please paste a text or choose a file.
import-refused = Line { $line }: { $reason }
field-import-text = Text
field-import-file = Or a file (.txt, .md)
error-sign-in = Please log in
kept-sign-in = You are not logged in any more. What you typed is still here: log in in a new tab, then come back and send it again.
kept-forbidden = Your account does not have the role that this needs any more. What you typed is below, so that you can copy it.
kept-log-in = Log in (opens a new tab)
kept-send = Send again
action-create = created
action-save = saved
action-submit = submitted
action-publish = published
action-schedule = scheduled
action-unschedule = took back the schedule
action-unpublish = took down
action-correct = added a correction
action-comments = changed who may comment
action-share = made a link to the preview
action-unshare = ended the link to the preview
editor-saved-at = Saved { $when }
nav-media = Media
media-heading = Media library
media-upload-heading = Add files
media-field-file = Files
media-file-hint = Pictures (JPEG, PNG, GIF, WebP, SVG) up to 10 MiB, video and audio (MP4, WebM, MP3, Ogg, FLAC, WAV) up to 200 MiB in all.
media-upload-button = Upload
media-search = Words of the name or the description
media-empty = There is no file here yet.
media-none-found = No file matches.
media-no-file = Please choose a file.
media-unknown-kind = This is no picture, video or audio file that browsers show. { $reason }
media-refused = “{ $name }”: { $reason }
media-used = { $n ->
    [0] Not used
    [one] Used by { $n } article
   *[other] Used by { $n } articles
}
media-size = { $width } × { $height } pixels, { $bytes }
media-no-alt = No description yet
media-done-added = Added.
media-used-heading = Where it is used
media-markdown = For the text of an article
media-focus-x = Focus from the left, in per cent
media-focus-y = Focus from the top, in per cent
media-focus-hint = Crops, as in social cards, keep this point. 50 is the middle.
media-focus-invalid = Please give a whole number from 0 to 100.
media-delete-heading = Delete
media-delete-ask = This deletes the file for good.
media-delete-button = Delete the file
media-in-use = It was not deleted, because it is used.
media-author-picture = Picture of { $name }
action-upload = added
action-describe = described
log-kind = About
log-any-kind = Everything
log-kind-comment = Comments
log-kind-account = Accounts
log-kind-article = Articles
log-kind-page = Pages
log-kind-media = Media
log-kind-setting = Settings
action-setting = changed
action-remove-samples = removed the samples
nav-pages = Pages
pages-heading = Pages
pages-intro = About, guidelines, privacy and further pages, such as an imprint. They are listed below the form; open one to change it.
pages-new-button = Add the page
pages-delete = Delete
pages-delete-ask = This takes the page away. Its versions are kept, should you write it again.
pages-delete-built-in = This takes your text away; the built-in one appears again.
pages-back = Back to the page
pages-version = Version { $number }, { $when }, { $who }
pages-stale = Another version was saved after you opened this form. What you typed is still here; the saved text stands below it. Saving again replaces it.
pages-stored = As it is stored now
page-text-hint = Markdown, as in articles.
page-slug-hint = The end of its address, /pages/…. Empty: made from the title.
field-page-text = Text
field-in-footer = Link to it at the foot of every page
invitations-heading = Invitations
invitations-intro = People who open the link within seven days choose a username and a password, and have the roles that you tick.
invitations-closed = Joining is closed. To invite people, change “Who can join” in the settings.
invitations-open = Not accepted yet
invitation-button = Invite
invitation-made = The invitation is on its way by mail. You can also pass on this link, which is shown only now:
invitation-known = There is an account with this address already. You can give it roles under Staff.
invitation-revoke = Take back
invite-heading = Join { $site }
invite-intro = You were invited as { $roles }. Your address is { $email }.
invite-button = Create my account
mail-invitation-subject = Invitation to { $site }
mail-invitation-text = { $by } invites you to { $site }. Choose a username and a password within seven days:
mail-invitation-link = Create your account
mail-invitation-reason = You get this mail because your address was entered there. If you do not know them, ignore it.
action-invite = invited
action-revoke = took back the invitation
steps-heading = Worth doing next
step-done = done
step-name = Describe the publication
step-name-hint = Its name, a sentence about it, language, time zone and contact.
step-article = Write the first article
step-article-hint = Or paste one that you have. It is a draft until you publish it.
step-samples = Look at the samples, then remove them
step-samples-hint = They show what articles and threads can look like, and go with one button below.
step-invite = Invite others
step-invite-hint = Writers, editors and moderators get a link that works once.
step-mail = Set up mail
step-mail-hint = Without a mail server, mails are kept as files in the data folder. MASTHEAD_SMTP_URL names one.
dashboard-newsroom = Newsroom
dashboard-drafts = Drafts
dashboard-discussed = Most discussed
health-heading = The site
health-version = Version
health-database = Database
health-disk = Free disk space
health-mail = Mail
health-mail-smtp = goes to the mail server
health-mail-files = is kept as files in the data folder
action-pin = changed the front page
calendar-heading = Calendar
calendar-cut = There are more than can be shown.
front-heading = Front page
front-intro = What stands at the top, the lead first. Without any, the newest article leads. The others follow by themselves, each once.
front-legend = At the top
front-lead = Lead
front-below = Place { $n } below it
front-until = Until
front-unknown = There is no published article with this address.
front-twice = This article is there already.
articles-pick = Pick
articles-with-picked = With those picked
articles-bulk-button = Do it
articles-bulk-done = Done.
articles-bulk-left = Done, but for these, which were saved meanwhile or have a status that does not allow it:
weekday-name = { $n ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[other] Sunday
}
field-close-after-days = Close threads after days
close-after-days-hint = Days after publication. Empty: threads stay open.
close-after-days-invalid = Please give a whole number of days from 1 to 3650, or nothing.
field-accent = Accent colour
accent-hint = Such as #8f1d22; a second one is for dark pages, else it is made from the first. Empty: the built-in one.
accent-invalid = Please give a colour as #rrggbb, or two, separated by a space.
accent-too-weak = Text in { $colour } could hardly be read: its contrast is { $contrast }, and must be at least 4.5.
field-own-css = Own style sheet
own-css-hint = CSS for the pages of readers. It can load files of this site only, as in url(/media/…).
own-css-import = @import is not allowed. Please paste the rules themselves.
own-css-elsewhere = It would load from elsewhere: { $url }. Only paths of this site are allowed, such as /media/….
own-css-unfinished = An address, a text or a block has no end.
autosave-typing = Not saved yet
autosave-saving = Saving …
autosave-saved = Saved
autosave-offline = Offline: kept in this browser
autosave-stale = Another version of this article was saved. Press Save to see both.
autosave-refused = Not saved. Press Save to see why.
autosave-kept = This browser has kept text that was not saved.
autosave-restore = Put it back
autosave-drop = Drop it
autosave-words = { $count } words
front-hint = The address of an article, or its end.
revisions-state = State
editor-date-invalid = There is no such date.
articles-change-scheduled = Change scheduled for { $when }
articles-none-picked = Please pick at least one article.
pages-slug-taken = Another page has this address. Please choose another.
error-gone = This page was taken down
error-gone-text = What stood at this address is not published any more.
setting-join-invited = only people with an invitation
action-import = imported
writing-toolbar = Formatting
writing-heading = Heading
writing-bold = Bold
writing-italic = Italic
writing-link = Link
writing-quote = Quote
writing-list = List
writing-numbers = Numbered list
writing-picture = Picture
writing-note = Source note
writing-find = Find
writing-preview = Side-by-side preview
writing-preview-heading = Preview
writing-preview-wait = The preview appears here once the text is saved.
writing-drop-alt = What the picture shows, for people who cannot see it
writing-insert = Put it into the text
writing-cancel = Leave it out
writing-alt-missing = Please describe the picture first.
writing-upload-failed = The picture could not be uploaded. Please try again.
writing-replace = Replace
writing-next = next
writing-previous = previous
writing-all = all
writing-match-case = match case
writing-regexp = regular expression
writing-by-word = whole words
writing-replace-one = replace
writing-replace-all = replace all
writing-close = close
writing-current-match = current match
writing-on-line = on line
writing-replaced = $ replaced
writing-replaced-on = replaced on line $
dashboard-mails = { $n ->
    [one] One mail could not be sent and will not be tried again.
   *[other] { $n } mails could not be sent and will not be tried again.
}
charts-heading = The last 30 days
chart-articles = Articles published
chart-comments = Comments
chart-accounts = New accounts
chart-busiest = Busiest day: { $on } ({ $n })
chart-none = None in the last 30 days
field-logo = Logo
logo-hint = A picture from the media library, such as /media/…, shown instead of the name.
field-icon = Icon
icon-hint = A square picture from the media library, for tabs and bookmarks.
setting-no-picture = This is not the address of a picture in the media library, such as /media/…
field-navigation = Links in the header
field-footer-links = Links in the footer
links-hint = One link per line, such as: Imprint | /pages/imprint
field-social-links = Profiles elsewhere
social-links-hint = One link per line, such as: Mastodon | https://social.example/@us
links-too-many = At most { $n } links.
link-line-invalid = “{ $line }” is not a link. Write the name, a vertical bar and the address, such as: Imprint | /pages/imprint
field-staff-password-length = Minimum password length for staff
staff-password-length-hint = In characters. It applies to new passwords.
staff-password-length-invalid = Please enter a number from 12 to 64.
media-replace-heading = Replace
media-replace-ask = The new picture stands wherever this one does, with the descriptions that are there. Published articles show it at once.
media-replace-file = New picture
media-replace-button = Replace
media-replace-recording = Only a picture can be replaced, and only by a picture.
media-replace-elsewhere = A page or a setting names this picture. Change it there first; the links are under “Where it is used”.
media-replace-known = The new picture is in the media library already. Use that one instead.
action-replace = replaced
autosave-signed-out = You are logged out. Press Save to log in; nothing is lost.
writing-too-large = { $name } is larger than 10 MiB.
staff-change = Change the roles of { $name }?
staff-before = Now
staff-after = After that
staff-confirm = Change the roles
staff-cancel = Leave them as they are
staff-change-button = Change…
role-none = No role
health-backup = Last backup
health-backup-none = none known
