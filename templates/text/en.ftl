# The interface in English. A new language is this file again; build.rs makes a function of each message.
# $n and names that end in _n are numbers, everything else is text.

skip = Skip to the content
nav-label = Site
nav-dashboard = Desk
nav-comments = Comments
nav-log = Log
nav-staff = Staff
nav-settings = Settings
nav-log-in = Log in
nav-log-out = Log out
nav-join = Join
nav-search = Search
foot-feeds = Feeds
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
next-page = Next page
required = This cannot be empty.
saved = Saved.
save-button = Save
list-and = { $first } and { $last }
choice-missing = Choose one.
line-long = At most { $n } characters.
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
front-about = { $site }: articles that say where they come from, and a conversation under each.
front-archive = Everything, by month
front-empty = Nothing has been published yet.
byline-by = By
reading-minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
 }
byline-comma = ,{" "}
byline-and = {" "}and{" "}
updated = Updated
what-changed = What changed
continue-reading = Continue where you left off
contents = In this article
back-to-text = Back to the text
share = Share:
share-link = Link
share-copied = Link copied
share-letter = E-mail
related = Read on
corrections-label = Corrections
correction-correction = Correction
correction-clarification = Clarification
correction-update = Update
correction-retraction = Retraction
why-it-matters = Why it matters
source-notes = Source notes
note-primary = Primary
note-corroboration = Corroborated by
note-limit = Stays attributed
note-link = Source
join-the-conversation = Join the conversation
comments-count = { $n ->
    [0] No comments yet
    [one] 1 comment
   *[other] { $n } comments
 }

# Lists, archive, corrections, revisions
list-section = Section
list-section-about = { $name }: everything that { $site } publishes under it.
list-tag = Tag
list-tag-about = Articles about { $name } in { $site }.
list-author = Author
list-author-about = Articles by { $name } in { $site }.
list-feed = Feed of this list
feed-of-thread = Comments on { $title }
conversation-by = A comment by { $name }
archive-heading = Archive
archive-about = Everything that { $site } has published, by month.
archive-month-about = What { $site } published in { $month }.
archive-sections = Sections
corrections-heading = Corrections
corrections-about = Every correction that { $site } has made, with its date.
corrections-dek = What we got wrong, when we said so, and where.
corrections-none = Nothing has been corrected yet.
revisions-heading = What changed
revisions-title = What changed: { $title }
revisions-dek = Every version that readers could read, the latest first.
revisions-all = All versions
revision-first = as it was first published
revision-first-heading = As it was first published
revision-heading = What changed
revision-legend = Marked:
revision-gone = taken out
revision-new = new
revision-excerpt = “{ $words }”
revision-same = { $n ->
    [one] One paragraph is as it was.
   *[other] { $n } paragraphs are as they were.
 }

# Search
search-heading = Search
search-title = Search: { $words }
search-button = Search
search-hint = "a phrase" in quotes, begin* for all that begins like it, -word to leave out.
search-narrow = Narrow down
search-section = Section
search-everywhere = All
search-author = Author
search-reader = Reader
search-from = From
search-to = Until
search-where = Search in
search-articles = Articles
search-comments = Comments
search-nothing = Nothing was found for “{ $words }”. Fewer or other words may find more.
search-no-words = There is no word in that to look for.
search-nobody = There is nobody called “{ $name }”.
search-first = Back to the first hits
search-more = More hits

# Thread
sort-label = Order
sort-newest = Newest
sort-oldest = Oldest
sort-best = Best
sort-replies = Most replies
thread-closed = Comments on this article are closed.
thread-empty = Nobody has said anything yet. Yours could be the first.
more-conversations = Show more conversations
more-replies = Show more replies
whole-thread = Back to the whole conversation
conversation-title = A comment on { $title }
conversation-under = From the conversation under
commenting-as = Commenting as
compose-hint = **bold**, *italic*, > quote, links.
compose-first-held = Your first comment waits for a moderator.
compose-heading = Your comment on “{ $title }”
compose-log-in-first = You are not logged in, so this was not posted. Your text is below: log in in a new tab, then come back and post it.
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
undelete-hint = You can take this back for ten minutes.
tombstone-deleted = A comment was deleted by its author.
tombstone-hidden = This comment is not public.
deleted-staff = Its author deleted this. Staff see the text for 30 days, then it is gone for good.
notice-pending-own = Waiting for a moderator, because it is your first comment here. Only you and the staff can see it; once it is approved, your later comments appear at once.
notice-pending = Waiting for a moderator
notice-withheld-own = Held back for a moderator. Only you and the staff can see it.
notice-withheld = Held back by a filter
notice-rejected-own = A moderator removed this. Reason: { $reason }.
notice-rejected = Rejected: { $reason }.
notice-note = “{ $note }”
flags-open = { $n ->
    [one] 1 open flag
   *[other] { $n } open flags
 }
badge-admin = Admin
badge-editor = Editor
badge-moderator = Moderator
comment-empty = Write something first.
comment-long = At most { $limit_n } characters; this has { $n }.
comment-heavy = This text is made of marks more than of words. Please use fewer quotes, lists and links.
note-long = At most { $limit_n } characters; this has { $n }.
text-unfit = There is a control character in the text that cannot be shown. Please take it out.
text-marks = More than { $n } accents stand on one letter. Please take some off.
key-form = The form's key must be 8 to 64 letters, digits, - or _. Post again from this page.
parent-gone = The comment that you reply to is not there any more, or cannot be replied to. Your text is below: posted now, it stands on its own.
action-unknown = The form asks for something that is neither post nor preview.
back-to-article = Back to the article
edit-heading = Edit your comment
edit-current = What stands there now
edit-stale = The text is not the one that you opened: { $name } changed it on { $when }. Nothing was saved; yours is below.
edit-rejected = A moderator removed this comment, so it can no longer be edited.
edit-deleted = This comment is deleted. Take the deletion back first.
edit-too-late = Comments can be edited for 15 minutes. That time is over.
undelete-too-late = A deletion can be taken back for ten minutes. That time is over.

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
reason-other = Something else
field-reason = Reason
field-detail = What is wrong?
field-detail-hint = Optional, at most 500 characters. Only the staff read it.
field-note = Note to the author
flag-heading = Flag a comment
flag-intro = A moderator will look at it: “{ $excerpt }”
flag-button = Flag it
flag-twice = You have flagged this comment. A moderator will look at it.
flag-own = This is your own comment. You can edit or delete it instead.

# Moderation
queues-heading = Comments
queue-reported = Reported
queue-pending = Pending
queue-unmoderated = Unmoderated
queue-approved = Approved
queue-rejected = Rejected
queue-empty = Nothing waits here.
joined = joined
on-article = on
status-approved = Approved
status-published = Published, not looked at yet
status-public = It is public.
why-first = First comment of a new reader
why-flag = Flagged: { $reason }
why-flag-detail = Flagged: { $code } — “{ $detail }”
why-edited = Edited by its author
act-heading = Look again
act-stale = The comment has changed since you saw it. Nothing was stored. This is how it stands now.
act-edited-by = { $by } edited this comment on { $when }, after you opened it. Nothing of yours was stored. This is how it stands now.
act-stale-by = { $by } { $did } this comment on { $when }, after you opened it. Nothing of yours was stored. This is how it stands now.
back-to-queues = Back to the queues
revision-missing = The form does not say which text you saw. Decide again from this page.
bulk-summary = With all that are ticked
bulk-approve = Approve
bulk-reject = Reject
bulk-stale = Comment #{ $id } has changed meanwhile and was left alone.
bulk-ids = Each of the chosen comments must come as ID:REVISION.
bulk-none = No comment was chosen.
bulk-action-missing = Choose approve or reject.
action-approve = approved
action-reject = rejected
action-edit = edited
action-delete = deleted
action-undelete = restored
action-role = changed the roles of
action-ban = banned
action-unban = lifted the ban of
log-heading = Log
log-of = What happened to comment #{ $id }.
log-all = Everything
log-empty = Nothing has happened yet.
log-when = When
log-who = Who
log-what = Did
log-about = Comment
log-details = Details
log-change = { $from } → { $to }

# Desk
dashboard-heading = Desk
dashboard-waits = What waits
dashboard-latest = Latest articles
dashboard-import = Articles come in with “masthead import PATH…”.
samples-heading = Samples
samples-text = The sample articles are there to try things out. Taking them away removes their readers and comments too, and cannot be undone.
samples-button = Remove the samples
settings-heading = Settings
field-site-name = Name of the publication
site-name-hint = It stands at the top of every page.
site-name-missing = A publication needs a name.
site-name-long = At most 80 characters.
field-tagline = One-line description
tagline-hint = For search engines and the About page.
field-language = Language
language-hint = The language that you write in, as a tag: en, de, pt-BR. The interface comes in English and German.
language-form = This is no language tag. English is en, Brazilian Portuguese pt-BR.
field-zone = Time zone
zone-hint = Dates are printed in it: UTC, Europe/Berlin, America/New_York.
zone-form = There is no such time zone. They are named like Europe/Berlin.
field-contact = Contact address
contact-hint = Shown on About and Privacy. May be empty.
field-default-section = Section for articles without one
default-section-hint = Imports that name no section go there.
field-first-comment = A reader's first comment
setting-first-hold = waits for a moderator
setting-first-publish = is published at once
field-join = Who may join
setting-join-everyone = everyone
setting-join-nobody = nobody
staff-heading = Staff
staff-intro = Moderators keep the conversation civil, editors publish, admins do both and see the settings. A role counts at once; at the next log-in its owner chooses a new password if the old one is too short for a role.
staff-add = Give somebody a role
staff-hint = The person joins first, like every reader.
staff-roles = Roles
staff-button = Set the roles
staff-unknown = There is no account of that name.
staff-last-admin = This is the last admin: without one nobody could change anything here any more.
staff-password-needed = You logged in a while ago. Please enter your own password to change roles.
settings-stale = These settings have been changed since you opened this page. What you typed is not saved yet: compare it with what is there now, and save again.
settings-now = Now: { $value }
bulk-many = At most { $n } comments at once.
role-moderator = Moderator
role-editor = Editor
role-admin = Admin
role-unknown = There is no role “{ $role }”.

# Accounts
field-username = Username
username-hint = 3 to 30 letters, digits, - or _. Everybody sees it.
username-form = 3 to 30 letters, digits, - or _, beginning with a letter or digit.
username-taken = This username is taken.
username-reserved = This name is kept for the house. Please choose another.
field-email = E-mail
email-hint = Never shown, never sold.
email-form = This does not look like an e-mail address.
email-taken = There is already an account with this address.
field-password = Password
password-hint = At least { $n } characters. Four random words do well.
password-short = Too short: at least { $n } characters.
password-long = Too long: at most { $n } characters.
password-weak = Too easy to guess. Four random words do well.
password-weak-because = Too easy to guess: { $why }. Four random words do well.
password-wrong = This is not your current password.
field-login = Username or e-mail
login-heading = Log in
login-button = Log in
login-to-join = New here? Join the conversation
login-wrong = Name and password do not match. Look at both again.
login-too-many = Too many attempts with this name. Try again in { $wait }.
join-heading = Join
join-intro = To comment and flag. Reading needs no account.
join-button = Join the conversation
join-to-login = Already here? Log in
join-closed = This site takes no new accounts at the moment.
join-too-many = Too many accounts were made from your network. Try again in { $wait }.
account-heading = Your account
account-intro = { $account } · { $email }
account-profile-link = Your public page
account-password-link = Change your password
account-sessions-link = Where you are logged in
back-to-account = Back to your account
field-name = Name
name-hint = What others see instead of your username. May be empty.
name-long = At most 50 characters.
name-unfit = This name cannot be shown.
name-lookalike = This name would pass for somebody on the staff. Please choose another.
field-bio = About you
bio-hint = At most 500 characters.
bio-long = At most 500 characters.
password-heading = Change your password
password-intro = All your other sessions end when it changes.
password-due-intro = You have been given a role. Choose a new password, longer than a reader's, before you use it.
field-current-password = Current password
field-new-password = New password
password-button = Change the password
sessions-heading = Where you are logged in
sessions-intro = End what you do not recognise, and change your password then.
session-this = This one
session-unknown = Unknown program
session-since = since
session-seen = last seen
session-end = End
session-end-others = End all others
session-which = The form does not say which session to end.
reader-since = here since
setup-heading = Set up your publication
setup-intro = You are its first admin. This link works once.
setup-button = Create the publication
ban-reason = Reason: { $reason }.
ban-no-reason = No reason was given.
ban-until = It ends on { $when }.
ban-for-good = It has no end date.

# Errors
kept-label = What you typed
kept-hint = Nothing of it is lost: copy it before you leave this page.
request-line = If it goes on, tell the site this number: { $id }
error-way-front = To the front page
error-malformed = This could not be read
error-refused = This cannot be done
error-forbidden = This is not for your account
error-forbidden-text = The page needs a role that your account does not have.
error-forged = This came from another site
error-forged-text = For your safety the site only takes forms from its own pages. Open the page here and send it again.
error-banned = Your account may not write at the moment
error-not-found = There is nothing here
error-not-found-text = The page is not there, or not for you. It may have been moved or removed.
error-not-allowed = This address does not take that
error-not-allowed-text = It answers to { $methods }.
error-conflict = This is no longer possible
error-too-large = This is too large
error-too-large-text = At most { $n } KiB can be sent at once. Your browser's Back button brings your text back; make it shorter and send it again.
error-not-a-form = This is not a form
error-not-a-form-text = The site takes forms as browsers send them: application/x-www-form-urlencoded.
error-too-slow = This took too long to arrive
error-too-slow-text = The connection was too slow for the form. Try again.
error-foreign-host = This site has another address
error-foreign-host-text = It is at { $origin }
error-too-many = That was a lot at once
error-too-many-text = Nothing was stored. Try again in { $wait }.
error-busy = The site is busy
error-busy-text = Nothing was stored. Try again in a few seconds.
error-broken = Something broke on our side
error-broken-text = It is logged and will be looked at. Nothing was stored.

# About, guidelines, privacy
about-heading = About { $site }
about-one = { $site } publishes articles, and under each of them a conversation that everybody may join.
about-two = Every article says where it comes from: its source notes name what is confirmed first-hand, what others corroborate, and what must stay attributed because nobody has verified it independently. Corrections are dated and stand where they are read.
about-three = The site runs on Masthead, free software that serves its pages itself. It loads nothing from anybody else.
about-contact = Write to us:
guidelines-heading = Guidelines
guidelines-dek = The conversation is open to everybody who keeps it worth reading.
guidelines-one = Speak to the person, not about them. Attack arguments, never people.
guidelines-two = Stay with the article. Say where your facts come from.
guidelines-three = No advertising, nothing illegal, nobody's private data.
guidelines-four = Say it once.
guidelines-how = How moderation works
guidelines-hold = Your first comment waits until a moderator has read it. Once one of yours is approved, later ones appear at once.
guidelines-reject = When a moderator removes a comment, its author sees the reason where the comment stands. Every decision is written to a log with the name of who made it.
guidelines-flag = Anybody with an account can flag a comment. A flag is read by a moderator and removes nothing by itself.
guidelines-edit = You can edit a comment for 15 minutes and delete it at any time. A deleted comment leaves a line without name or text if others have replied to it.
privacy-heading = Privacy
privacy-dek = What this site keeps about you, and what it does not.
privacy-reading = Reading sets no cookie and needs no account. Your choice of light or dark and the place where you stopped reading stay in your browser and are sent to nobody. The site loads nothing from third parties, measures nobody and has no advertising.
privacy-account = An account keeps your username, your e-mail address, your password as a hash that cannot be turned back, and what you write about yourself. The address is never shown.
privacy-sessions = Logging in sets one cookie, which is needed to keep you logged in. For each session the site keeps the browser's name, the network address and when it was last seen; you can see and end your sessions in your account. To stop guessing and floods it counts attempts by network for up to an hour.
privacy-comments = Comments are public under your name. Earlier versions of an edited comment are kept for moderators. The text of a deleted comment is kept for 30 days, for moderators only, and then removed.
privacy-third = Nothing of this is given or sold to anybody.
