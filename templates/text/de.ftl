# Die Oberfläche auf Deutsch: dieselben Meldungen wie en.ftl, build.rs vergleicht sie.

skip = Zum Inhalt springen
nav-label = Website
nav-dashboard = Redaktion
nav-comments = Kommentare
nav-log = Protokoll
nav-staff = Team
nav-settings = Einstellungen
nav-log-in = Anmelden
nav-log-out = Abmelden
nav-join = Mitmachen
nav-search = Suche
foot-feeds = Feeds
theme-label = Darstellung
theme-auto = Automatisch
theme-light = Hell
theme-dark = Dunkel
pager-label = Seiten
pager-newer = Neuere
pager-older = Ältere

# Datum
month-name = { $n ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
 }
date-day = { $day }. { $month } { $year }
date-minute = { $date }, { $clock } Uhr
date-month = { $month } { $year }
foot-label = Über diese Website
foot-about = Über uns
next-page = Nächste Seite
required = Das darf nicht leer sein.
saved = Gespeichert.
save-button = Speichern
list-and = { $first } und { $last }
choice-missing = Bitte etwas auswählen.
line-long = Höchstens { $n } Zeichen.
wait-seconds = { $n ->
    [one] 1 Sekunde
   *[other] { $n } Sekunden
 }
wait-minutes = { $n ->
    [one] 1 Minute
   *[other] { $n } Minuten
 }

# Titelseite und Artikel
front-latest = Neueste
front-discussed = Am meisten diskutiert
front-about = { $site }: Artikel, die sagen, woher sie kommen, und unter jedem eine Diskussion.
front-archive = Alles, nach Monaten
front-empty = Noch ist nichts erschienen.
byline-by = Von
reading-minutes = { $n ->
    [one] 1 Minute
   *[other] { $n } Minuten
 }
byline-comma = ,{" "}
byline-and = {" "}und{" "}
updated = Aktualisiert
what-changed = Was sich geändert hat
continue-reading = Weiterlesen, wo Sie aufgehört haben
contents = In diesem Artikel
back-to-text = Zurück zum Text
share = Weitergeben:
share-link = Link
share-copied = Link kopiert
share-letter = E-Mail
related = Mehr dazu
corrections-label = Berichtigungen
correction-correction = Berichtigung
correction-clarification = Klarstellung
correction-update = Nachtrag
correction-retraction = Rücknahme
why-it-matters = Warum es wichtig ist
source-notes = Quellen
note-primary = Aus erster Hand
note-corroboration = Bestätigt durch
note-limit = Bleibt zugeschrieben
note-link = Quelle
join-the-conversation = Reden Sie mit
comments-count = { $n ->
    [0] Noch keine Kommentare
    [one] 1 Kommentar
   *[other] { $n } Kommentare
 }

# Listen, Archiv, Berichtigungen, Fassungen
list-section = Ressort
list-section-about = { $name }: alles, was { $site } in diesem Ressort veröffentlicht.
list-tag = Schlagwort
list-tag-about = Artikel über { $name } in { $site }.
list-author = Autor
list-author-about = Artikel von { $name } in { $site }.
list-feed = Feed dieser Liste
feed-of-thread = Kommentare zu { $title }
conversation-by = Ein Kommentar von { $name }
archive-heading = Archiv
archive-about = Alles, was { $site } veröffentlicht hat, nach Monaten.
archive-month-about = Was { $site } im { $month } veröffentlicht hat.
archive-sections = Ressorts
corrections-heading = Berichtigungen
corrections-about = Jede Berichtigung von { $site }, mit ihrem Datum.
corrections-dek = Was wir falsch hatten, wann wir es gesagt haben, und wo.
corrections-none = Noch wurde nichts berichtigt.
revisions-heading = Was sich geändert hat
revisions-title = Was sich geändert hat: { $title }
revisions-dek = Jede Fassung, die zu lesen war, die neueste zuerst.
revisions-all = Alle Fassungen
revision-first = wie zuerst erschienen
revision-first-heading = Wie zuerst erschienen
revision-heading = Was sich geändert hat
revision-legend = Gekennzeichnet:
revision-gone = gestrichen
revision-new = neu
revision-excerpt = „{ $words }“
revision-same = { $n ->
    [one] Ein Absatz ist unverändert.
   *[other] { $n } Absätze sind unverändert.
 }

# Suche
search-heading = Suche
search-title = Suche: { $words }
search-button = Suchen
search-hint = „eine Wendung“ in Anführungszeichen, Anfang* für alles, was so beginnt, -Wort zum Ausschließen.
search-narrow = Eingrenzen
search-section = Ressort
search-everywhere = Alle
search-author = Autor
search-reader = Leser
search-from = Von
search-to = Bis
search-where = Suchen in
search-articles = Artikel
search-comments = Kommentare
search-nothing = Zu „{ $words }“ wurde nichts gefunden. Weniger oder andere Wörter finden vielleicht mehr.
search-no-words = Darin ist kein Wort, nach dem sich suchen ließe.
search-nobody = Niemand heißt „{ $name }“.
search-first = Zurück zu den ersten Treffern
search-more = Weitere Treffer

# Diskussion
sort-label = Reihenfolge
sort-newest = Neueste
sort-oldest = Älteste
sort-best = Beste
sort-replies = Meiste Antworten
thread-closed = Dieser Artikel kann nicht mehr kommentiert werden.
thread-empty = Noch hat niemand etwas gesagt. Machen Sie den Anfang.
more-conversations = Weitere Gespräche zeigen
more-replies = Weitere Antworten zeigen
whole-thread = Zurück zur ganzen Diskussion
conversation-title = Ein Kommentar zu { $title }
conversation-under = Aus der Diskussion unter
commenting-as = Sie kommentieren als
compose-hint = **fett**, *kursiv*, > Zitat, Links.
compose-first-held = Ihr erster Kommentar wartet auf die Moderation.
compose-heading = Ihr Kommentar zu „{ $title }“
compose-log-in-first = Sie sind nicht angemeldet, deshalb wurde nichts veröffentlicht. Ihr Text steht unten: Melden Sie sich in einem neuen Tab an, kommen Sie zurück und senden Sie ihn ab.
login-new-tab = In einem neuen Tab anmelden
login-to-comment = Zum Kommentieren anmelden
or-join-first = Neu hier?
or-join = Konto anlegen
preview-button = Vorschau
preview-heading = Vorschau
post-button = Absenden
field-comment = Ihr Kommentar
reply-heading = Antwort an { $name }
in-reply-to = als Antwort an
a-hidden-comment = einen Kommentar, der nicht öffentlich ist
edited = bearbeitet
reply = Antworten
flag = Melden
edit = Bearbeiten
delete = Löschen
approve = Freigeben
reject = Ablehnen
reject-and-tell = Ablehnen und mitteilen
undelete-button = Rückgängig
undelete-hint = Zehn Minuten lang können Sie das zurücknehmen.
tombstone-deleted = Ein Kommentar wurde von seinem Verfasser gelöscht.
tombstone-hidden = Dieser Kommentar ist nicht öffentlich.
deleted-staff = Der Verfasser hat das gelöscht. Das Team sieht den Text noch 30 Tage, dann ist er endgültig weg.
notice-pending-own = Wartet auf die Moderation, weil es Ihr erster Kommentar hier ist. Nur Sie und das Team sehen ihn; ist er freigegeben, erscheinen Ihre späteren sofort.
notice-pending = Wartet auf die Moderation
notice-withheld-own = Zurückgehalten für die Moderation. Nur Sie und das Team sehen ihn.
notice-withheld = Von einem Filter zurückgehalten
notice-rejected-own = Die Moderation hat das entfernt. Grund: { $reason }.
notice-rejected = Abgelehnt: { $reason }.
notice-note = „{ $note }“
flags-open = { $n ->
    [one] 1 offene Meldung
   *[other] { $n } offene Meldungen
 }
badge-admin = Leitung
badge-editor = Redaktion
badge-moderator = Moderation
comment-empty = Schreiben Sie zuerst etwas.
comment-long = Höchstens { $limit_n } Zeichen; das sind { $n }.
comment-heavy = Dieser Text besteht mehr aus Zeichen als aus Wörtern. Bitte verwenden Sie weniger Zitate, Listen und Links.
note-long = Höchstens { $limit_n } Zeichen; das sind { $n }.
text-unfit = Im Text steht ein Steuerzeichen, das nicht dargestellt werden kann. Bitte nehmen Sie es heraus.
text-marks = Auf einem Buchstaben stehen mehr als { $n } Akzente. Bitte nehmen Sie einige weg.
key-form = Der Schlüssel des Formulars muss aus 8 bis 64 Buchstaben, Ziffern, - oder _ bestehen. Senden Sie von dieser Seite aus noch einmal ab.
parent-gone = Der Kommentar, auf den Sie antworten, ist nicht mehr da oder nimmt keine Antwort an. Ihr Text steht unten: Jetzt abgesendet, steht er für sich.
action-unknown = Das Formular verlangt etwas, das weder Absenden noch Vorschau ist.
back-to-article = Zurück zum Artikel
edit-heading = Ihren Kommentar bearbeiten
edit-current = Was jetzt dort steht
edit-stale = Der Text ist nicht mehr der, den Sie geöffnet haben: { $name } hat ihn am { $when } geändert. Nichts wurde gespeichert; Ihrer steht unten.
edit-rejected = Die Moderation hat diesen Kommentar entfernt, er kann nicht mehr bearbeitet werden.
edit-deleted = Dieser Kommentar ist gelöscht. Nehmen Sie zuerst die Löschung zurück.
edit-too-late = Kommentare können 15 Minuten lang bearbeitet werden. Diese Zeit ist um.
undelete-too-late = Eine Löschung kann zehn Minuten lang zurückgenommen werden. Diese Zeit ist um.

# Gründe
choose-reason = Grund …
reason-missing = Wählen Sie einen Grund.
reason-abusive = Beleidigend
reason-off-topic = Am Thema vorbei
reason-spam = Spam
reason-misinformation = Falschinformation
reason-illegal = Rechtswidrig
reason-advert = Werbung
reason-personal-data = Persönliche Daten
reason-duplicate = Doppelt
reason-other = Etwas anderes
field-reason = Grund
field-detail = Was ist nicht in Ordnung?
field-detail-hint = Freiwillig, höchstens 500 Zeichen. Nur das Team liest es.
field-note = Nachricht an den Verfasser
flag-heading = Einen Kommentar melden
flag-intro = Die Moderation sieht ihn sich an: „{ $excerpt }“
flag-button = Melden
flag-twice = Sie haben diesen Kommentar gemeldet. Die Moderation sieht ihn sich an.
flag-own = Das ist Ihr eigener Kommentar. Sie können ihn bearbeiten oder löschen.

# Moderation
queues-heading = Kommentare
queue-reported = Gemeldet
queue-pending = Wartend
queue-unmoderated = Ungeprüft
queue-approved = Freigegeben
queue-rejected = Abgelehnt
queue-empty = Hier wartet nichts.
joined = dabei seit
on-article = zu
status-approved = Freigegeben
status-published = Veröffentlicht, noch nicht geprüft
status-public = Er ist öffentlich.
why-first = Erster Kommentar eines neuen Lesers
why-flag = Gemeldet: { $reason }
why-flag-detail = Gemeldet: { $code } – „{ $detail }“
why-edited = Vom Verfasser bearbeitet
act-heading = Noch einmal ansehen
act-stale = Der Kommentar hat sich geändert, seit Sie ihn gesehen haben. Nichts wurde gespeichert. So steht er jetzt da.
act-edited-by = { $by } hat diesen Kommentar am { $when } bearbeitet, nachdem Sie ihn geöffnet hatten. Von Ihnen wurde nichts gespeichert. So steht er jetzt da.
act-stale-by = { $by } hat diesen Kommentar am { $when } { $did }, nachdem Sie ihn geöffnet hatten. Von Ihnen wurde nichts gespeichert. So steht er jetzt da.
back-to-queues = Zurück zu den Listen
revision-missing = Das Formular sagt nicht, welchen Text Sie gesehen haben. Entscheiden Sie von dieser Seite aus noch einmal.
bulk-summary = Mit allen angekreuzten
bulk-approve = Freigeben
bulk-reject = Ablehnen
bulk-stale = Kommentar #{ $id } hat sich inzwischen geändert und blieb, wie er ist.
bulk-ids = Jeder der gewählten Kommentare muss als ID:REVISION kommen.
bulk-none = Kein Kommentar wurde gewählt.
bulk-action-missing = Wählen Sie Freigeben oder Ablehnen.
action-approve = freigegeben
action-reject = abgelehnt
action-edit = bearbeitet
action-delete = gelöscht
action-undelete = wiederhergestellt
action-role = Rollen geändert
action-ban = gesperrt
action-unban = Sperre aufgehoben
log-heading = Protokoll
log-of = Was mit Kommentar #{ $id } geschah.
log-all = Alles
log-empty = Noch ist nichts geschehen.
log-when = Wann
log-who = Wer
log-what = Was
log-about = Kommentar
log-details = Näheres
log-change = { $from } → { $to }

# Redaktion
dashboard-heading = Redaktion
dashboard-waits = Was wartet
dashboard-latest = Neueste Artikel
dashboard-import = Artikel kommen mit „masthead import PFAD…“ herein.
samples-heading = Beispiele
samples-text = Die Beispielartikel sind zum Ausprobieren da. Mit ihnen gehen auch ihre Leser und Kommentare, und das lässt sich nicht zurücknehmen.
samples-button = Beispiele entfernen
settings-heading = Einstellungen
field-site-name = Name der Publikation
site-name-hint = Er steht oben auf jeder Seite.
site-name-missing = Eine Publikation braucht einen Namen.
site-name-long = Höchstens 80 Zeichen.
field-tagline = Beschreibung in einer Zeile
tagline-hint = Für Suchmaschinen und die Seite „Über uns“.
field-language = Sprache
language-hint = Die Sprache, in der Sie schreiben, als Kürzel: en, de, pt-BR. Die Oberfläche gibt es auf Englisch und Deutsch.
language-form = Das ist kein Sprachkürzel. Deutsch ist de, brasilianisches Portugiesisch pt-BR.
field-zone = Zeitzone
zone-hint = Für alle Daten: UTC, Europe/Berlin, America/New_York.
zone-form = Diese Zeitzone gibt es nicht. Sie heißen wie Europe/Berlin.
field-contact = Kontaktadresse
contact-hint = Steht auf „Über uns“ und „Datenschutz“. Darf leer sein.
field-default-section = Ressort für Artikel ohne eines
default-section-hint = Importe, die kein Ressort nennen, kommen dorthin.
field-first-comment = Der erste Kommentar eines Lesers
setting-first-hold = wartet auf die Moderation
setting-first-publish = erscheint sofort
field-join = Wer mitmachen darf
setting-join-everyone = alle
setting-join-nobody = niemand
staff-heading = Team
staff-intro = Moderatoren halten die Diskussion zivil, Redakteure veröffentlichen, die Leitung darf beides und sieht die Einstellungen. Eine Rolle gilt sofort; bei der nächsten Anmeldung wählt ihr Inhaber ein neues Passwort, wenn das alte für eine Rolle zu kurz ist.
staff-add = Jemandem eine Rolle geben
staff-hint = Die Person legt zuerst ein Konto an, wie alle Leser.
staff-roles = Rollen
staff-button = Rollen setzen
staff-unknown = Ein Konto dieses Namens gibt es nicht.
staff-last-admin = Das ist die letzte Leitung: Ohne sie könnte hier niemand mehr etwas ändern.
staff-password-needed = Sie haben sich vor einer Weile angemeldet. Bitte geben Sie Ihr eigenes Passwort ein, um Rollen zu ändern.
settings-stale = Diese Einstellungen wurden geändert, seit Sie die Seite geöffnet haben. Ihre Eingaben sind noch nicht gespeichert: Vergleichen Sie sie mit dem, was jetzt gilt, und speichern Sie noch einmal.
settings-now = Jetzt: { $value }
bulk-many = Höchstens { $n } Kommentare auf einmal.
role-moderator = Moderation
role-editor = Redaktion
role-admin = Leitung
role-unknown = Eine Rolle „{ $role }“ gibt es nicht.

# Konten
field-username = Benutzername
username-hint = 3 bis 30 Buchstaben, Ziffern, - oder _. Alle sehen ihn.
username-form = 3 bis 30 Buchstaben, Ziffern, - oder _, am Anfang ein Buchstabe oder eine Ziffer.
username-taken = Dieser Benutzername ist vergeben.
username-reserved = Dieser Name ist dem Haus vorbehalten. Bitte wählen Sie einen anderen.
field-email = E-Mail
email-hint = Wird nie gezeigt und nie verkauft.
email-form = Das sieht nicht wie eine E-Mail-Adresse aus.
email-taken = Mit dieser Adresse gibt es schon ein Konto.
field-password = Passwort
password-hint = Mindestens { $n } Zeichen. Vier zufällige Wörter sind gut.
password-short = Zu kurz: mindestens { $n } Zeichen.
password-long = Zu lang: höchstens { $n } Zeichen.
password-weak = Zu leicht zu erraten. Vier zufällige Wörter sind gut.
password-weak-because = Zu leicht zu erraten: { $why }. Vier zufällige Wörter sind gut.
password-wrong = Das ist nicht Ihr jetziges Passwort.
field-login = Benutzername oder E-Mail
login-heading = Anmelden
login-button = Anmelden
login-to-join = Neu hier? Reden Sie mit
login-wrong = Name und Passwort passen nicht zusammen. Sehen Sie sich beides noch einmal an.
login-too-many = Zu viele Versuche mit diesem Namen. Versuchen Sie es in { $wait } wieder.
join-heading = Mitmachen
join-intro = Zum Kommentieren und Melden. Zum Lesen braucht es kein Konto.
join-button = Mitreden
join-to-login = Schon dabei? Anmelden
join-closed = Diese Website nimmt zurzeit keine neuen Konten an.
join-too-many = Aus Ihrem Netz wurden zu viele Konten angelegt. Versuchen Sie es in { $wait } wieder.
account-heading = Ihr Konto
account-intro = { $account } · { $email }
account-profile-link = Ihre öffentliche Seite
account-password-link = Passwort ändern
account-sessions-link = Wo Sie angemeldet sind
back-to-account = Zurück zum Konto
field-name = Name
name-hint = Was andere statt Ihres Benutzernamens sehen. Darf leer sein.
name-long = Höchstens 50 Zeichen.
name-unfit = Dieser Name kann nicht dargestellt werden.
name-lookalike = Mit diesem Namen würde man Sie für jemanden aus dem Team halten. Bitte wählen Sie einen anderen.
field-bio = Über Sie
bio-hint = Höchstens 500 Zeichen.
bio-long = Höchstens 500 Zeichen.
password-heading = Passwort ändern
password-intro = Alle Ihre anderen Sitzungen enden damit.
password-due-intro = Sie haben eine Rolle bekommen. Wählen Sie ein neues Passwort, länger als das eines Lesers, bevor Sie sie nutzen.
field-current-password = Jetziges Passwort
field-new-password = Neues Passwort
password-button = Passwort ändern
sessions-heading = Wo Sie angemeldet sind
sessions-intro = Beenden Sie, was Sie nicht erkennen, und ändern Sie dann Ihr Passwort.
session-this = Diese hier
session-unknown = Unbekanntes Programm
session-since = seit
session-seen = zuletzt gesehen
session-end = Beenden
session-end-others = Alle anderen beenden
session-which = Das Formular sagt nicht, welche Sitzung enden soll.
reader-since = dabei seit
setup-heading = Richten Sie Ihre Publikation ein
setup-intro = Sie sind ihre erste Leitung. Dieser Link gilt einmal.
setup-button = Publikation anlegen
ban-reason = Grund: { $reason }.
ban-no-reason = Ein Grund wurde nicht genannt.
ban-until = Sie endet am { $when }.
ban-for-good = Sie hat kein Ende.

# Fehler
kept-label = Was Sie geschrieben haben
kept-hint = Nichts davon ist verloren: Kopieren Sie es, bevor Sie diese Seite verlassen.
request-line = Wenn es so bleibt, nennen Sie der Website diese Nummer: { $id }
error-way-front = Zur Titelseite
error-malformed = Das war nicht zu lesen
error-refused = Das geht nicht
error-forbidden = Das ist nicht für Ihr Konto
error-forbidden-text = Die Seite braucht eine Rolle, die Ihr Konto nicht hat.
error-forged = Das kam von einer anderen Website
error-forged-text = Zu Ihrer Sicherheit nimmt die Website nur Formulare von ihren eigenen Seiten an. Öffnen Sie die Seite hier und senden Sie es noch einmal.
error-banned = Ihr Konto darf zurzeit nicht schreiben
error-not-found = Hier ist nichts
error-not-found-text = Die Seite gibt es nicht, oder sie ist nicht für Sie. Vielleicht wurde sie verschoben oder entfernt.
error-not-allowed = Diese Adresse nimmt das nicht an
error-not-allowed-text = Sie antwortet auf { $methods }.
error-conflict = Das ist nicht mehr möglich
error-too-large = Das ist zu groß
error-too-large-text = Auf einmal können höchstens { $n } KiB gesendet werden. Mit „Zurück“ bringt Ihr Browser den Text wieder; kürzen Sie ihn und senden Sie ihn noch einmal.
error-not-a-form = Das ist kein Formular
error-not-a-form-text = Die Website nimmt Formulare so an, wie Browser sie senden: application/x-www-form-urlencoded.
error-too-slow = Das kam zu langsam an
error-too-slow-text = Die Verbindung war zu langsam für das Formular. Versuchen Sie es noch einmal.
error-foreign-host = Diese Website hat eine andere Adresse
error-foreign-host-text = Sie ist unter { $origin } zu finden
error-too-many = Das war viel auf einmal
error-too-many-text = Nichts wurde gespeichert. Versuchen Sie es in { $wait } wieder.
error-busy = Die Website ist beschäftigt
error-busy-text = Nichts wurde gespeichert. Versuchen Sie es in ein paar Sekunden wieder.
error-broken = Bei uns ist etwas kaputtgegangen
error-broken-text = Es ist vermerkt und wird angesehen. Nichts wurde gespeichert.

# Über uns, Regeln, Datenschutz
about-heading = Über { $site }
about-one = { $site } veröffentlicht Artikel und unter jedem eine Diskussion, an der alle teilnehmen können.
about-two = Jeder Artikel sagt, woher er kommt: Seine Quellen nennen, was aus erster Hand bestätigt ist, was andere bestätigen, und was zugeschrieben bleiben muss, weil es niemand unabhängig geprüft hat. Berichtigungen tragen ein Datum und stehen dort, wo man sie liest.
about-three = Die Website läuft auf Masthead, freier Software, die ihre Seiten selbst ausliefert. Sie lädt nichts von anderen.
about-contact = Schreiben Sie uns:
guidelines-heading = Regeln
guidelines-dek = Die Diskussion steht allen offen, die sie lesenswert halten.
guidelines-one = Sprechen Sie mit der Person, nicht über sie. Greifen Sie Argumente an, nie Menschen.
guidelines-two = Bleiben Sie beim Artikel. Sagen Sie, woher Sie etwas wissen.
guidelines-three = Keine Werbung, nichts Rechtswidriges, keine fremden persönlichen Daten.
guidelines-four = Sagen Sie es einmal.
guidelines-how = Wie moderiert wird
guidelines-hold = Ihr erster Kommentar wartet, bis ihn ein Moderator gelesen hat. Ist einer von Ihnen freigegeben, erscheinen die späteren sofort.
guidelines-reject = Entfernt die Moderation einen Kommentar, sieht sein Verfasser den Grund dort, wo der Kommentar steht. Jede Entscheidung steht in einem Protokoll, mit dem Namen dessen, der sie getroffen hat.
guidelines-flag = Wer ein Konto hat, kann einen Kommentar melden. Eine Meldung wird von einem Moderator gelesen und entfernt von selbst nichts.
guidelines-edit = Sie können einen Kommentar 15 Minuten lang bearbeiten und jederzeit löschen. Ein gelöschter hinterlässt eine Zeile ohne Name und Text, wenn andere geantwortet haben.
privacy-heading = Datenschutz
privacy-dek = Was diese Website über Sie behält und was nicht.
privacy-reading = Lesen setzt kein Cookie und braucht kein Konto. Ob Sie hell oder dunkel lesen und wo Sie aufgehört haben, bleibt in Ihrem Browser und geht an niemanden. Die Website lädt nichts von Dritten, misst niemanden und hat keine Werbung.
privacy-account = Ein Konto behält Ihren Benutzernamen, Ihre E-Mail-Adresse, Ihr Passwort als Prüfwert, der sich nicht zurückrechnen lässt, und was Sie über sich schreiben. Die Adresse wird nie gezeigt.
privacy-sessions = Anmelden setzt ein Cookie, das nötig ist, damit Sie angemeldet bleiben. Zu jeder Sitzung behält die Website den Namen des Browsers, die Netzadresse und wann sie zuletzt gesehen wurde; in Ihrem Konto sehen und beenden Sie Ihre Sitzungen. Gegen Raten und Fluten zählt sie Versuche je Netz, höchstens eine Stunde lang.
privacy-comments = Kommentare sind unter Ihrem Namen öffentlich. Frühere Fassungen eines bearbeiteten Kommentars bleiben für die Moderation erhalten. Der Text eines gelöschten bleibt 30 Tage, nur für die Moderation, und wird dann entfernt.
privacy-third = Nichts davon wird an irgendjemanden weitergegeben oder verkauft.
