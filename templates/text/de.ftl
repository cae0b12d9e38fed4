# Die Texte der Oberfläche auf Deutsch: dieselben Meldungen und Argumente wie in en.ftl; build.rs prüft das.

skip = Zum Inhalt springen
nav-label = Hauptmenü
nav-dashboard = Dashboard
nav-comments = Kommentare
nav-log = Protokoll
nav-staff = Team
nav-settings = Einstellungen
nav-log-in = Anmelden
nav-log-out = Abmelden
nav-join = Registrieren
nav-search = Suche
foot-feeds = Feeds
number = { $n }
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
first-page = Erste Seite
next-page = Nächste Seite
required = Dieses Feld darf nicht leer sein.
saved = Gespeichert.
save-button = Speichern
list-and = { $first } und { $last }
choice-missing = Bitte wählen Sie eine der Optionen.
line-too-long = Höchstens { $n } Zeichen.
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
front-about = { $site }: Artikel mit Quellenangaben und einer Diskussion unter jedem.
front-archive = Alle Artikel nach Monaten
front-empty = Bisher wurde nichts veröffentlicht.
byline-by = Von
reading-minutes = { $n } Min. Lesezeit
byline-separator = ,{" "}
byline-and = {" "}und{" "}
updated = Aktualisiert
what-changed = Änderungen
continue-reading = Weiterlesen, wo Sie aufgehört haben
contents = In diesem Artikel
note-back-to-text = Zurück zum Text
share = Teilen:
share-link = Link
share-copied = Link kopiert
share-email = E-Mail
related = Ähnliche Artikel
corrections-label = Berichtigungen
correction-correction = Berichtigung
correction-clarification = Klarstellung
correction-update = Nachtrag
correction-retraction = Widerruf
why-it-matters = Warum es wichtig ist
source-notes = Quellen
note-primary = Aus erster Hand
note-corroboration = Bestätigt durch
note-limit = Zugeschrieben, nicht bestätigt
note-link = Quelle
join-the-conversation = Reden Sie mit
comments-count = { $n ->
    [0] Noch keine Kommentare
    [one] 1 Kommentar
   *[other] { $n } Kommentare
 }

# Listen, Archiv, Berichtigungen, Fassungen
list-section = Ressort
list-section-about = Alle Artikel im Ressort { $name } auf { $site }.
list-tag = Schlagwort
list-tag-about = Artikel zum Schlagwort { $name } auf { $site }.
list-author = Autor
list-author-about = Artikel von { $name } auf { $site }.
list-feed = Atom-Feed
feed-of-thread = Kommentare zu { $title }
conversation-by = Ein Kommentar von { $name }
authors-heading = Autoren
authors-about = Alle, die für { $site } schreiben.
tags-heading = Themen
tags-about = Worüber { $site } schreibt.
feeds-heading = Artikel abonnieren
feeds-dek = Neue Artikel im Programm Ihrer Wahl, ohne Konto und ohne Zählung.
feeds-how = Kopieren Sie eine Adresse in Ihren Feedreader. Jeder Feed enthält den ganzen Text. Atom, RSS und JSON haben denselben Inhalt; im Zweifel nehmen Sie Atom.
feeds-what = Was
feeds-more = Auch jedes Thema, jeder Autor und die Kommentare unter jedem Artikel haben einen Feed: Ihr Feedreader findet ihn, wenn Sie ihm die Adresse der Seite geben.
archive-heading = Archiv
archive-about = Alle von { $site } veröffentlichten Artikel, nach Monaten.
archive-month-about = Von { $site } im { $month } veröffentlichte Artikel.
archive-sections = Ressorts
corrections-heading = Berichtigungen
corrections-about = Alle von { $site } veröffentlichten Berichtigungen mit Datum.
corrections-dek = Alle Berichtigungen, Klarstellungen, Nachträge und Widerrufe, die neuesten zuerst.
corrections-none = Es gibt noch keine Berichtigungen.
revisions-heading = Änderungen
revisions-title = Änderungen: { $title }
revisions-dek = Alle veröffentlichten Fassungen dieses Artikels, die neuesten zuerst.
revisions-all = Alle Fassungen
revision-first = zuerst veröffentlichte Fassung
revision-first-heading = Zuerst veröffentlichte Fassung
revision-heading = Änderungen
revision-legend = Legende:
revision-removed = entfernt
revision-new = hinzugefügt
revision-excerpt = „{ $words }“
revision-same = { $n ->
    [one] 1 unveränderter Absatz
   *[other] { $n } unveränderte Absätze
 }

# Suche
search-heading = Suche
search-title = Suche: { $words }
search-button = Suchen
search-hint = „Anführungszeichen“ für eine genaue Wortfolge, Anfang* für Wörter, die so beginnen, -Wort zum Ausschließen.
search-filters = Filter
search-section = Ressort
search-all-sections = Alle Ressorts
search-author = Autor
search-reader = Leser
search-from = Von
search-to = Bis
search-type-label = Suchen in
search-articles = Artikel
search-comments = Kommentare
search-no-results = Keine Ergebnisse für „{ $words }“. Versuchen Sie es mit weniger oder anderen Wörtern.
search-did-you-mean = Meinten Sie:
search-count = { $n ->
    [one] 1 Treffer
   *[other] { $n } Treffer
}
search-many = Mehr als { $n } Treffer
search-best = Beste
search-newest = Neueste
search-no-words = Bitte geben Sie mindestens ein Suchwort ein.
search-unknown-author = Kein Autor oder Leser namens „{ $name }“ gefunden.
search-back-to-first-page = Zurück zu den ersten Ergebnissen
search-more = Weitere Ergebnisse

# Diskussion
sort-label = Sortieren nach
sort-newest = Neueste
sort-oldest = Älteste
sort-best = Beste
sort-replies = Meiste Antworten
thread-closed = Dieser Artikel kann nicht mehr kommentiert werden.
thread-empty = Schreiben Sie den ersten Kommentar.
more-conversations = Weitere Kommentare anzeigen
more-replies = Weitere Antworten anzeigen
back-to-all-comments = Zurück zu allen Kommentaren
conversation-title = Ein Kommentar zu { $title }
conversation-under = Aus den Kommentaren zu
commenting-as = Sie kommentieren als
compose-hint = Formatierung: **fett**, *kursiv*, > Zitat, Links.
compose-first-held = Ihr erster Kommentar wird von der Moderation geprüft, bevor er erscheint.
compose-heading = Ihr Kommentar zu „{ $title }“
compose-log-in-first = Sie sind nicht angemeldet, deshalb wurde Ihr Text nicht veröffentlicht. Er steht unten: Melden Sie sich in einem neuen Tab an, kommen Sie dann zurück und senden Sie ihn ab.
login-new-tab = In einem neuen Tab anmelden
login-to-comment = Zum Kommentieren anmelden
or-join-first = Neu hier?
or-join = Konto erstellen
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
reject-and-tell = Ablehnen und Verfasser benachrichtigen
undelete-button = Rückgängig machen
undelete-hint = Sie können das 10 Minuten lang rückgängig machen.
tombstone-deleted = Dieser Kommentar wurde vom Verfasser gelöscht.
tombstone-hidden = Dieser Kommentar ist nicht öffentlich.
deleted-staff = Vom Verfasser gelöscht. Das Team kann den Text noch 30 Tage sehen, danach wird er endgültig entfernt.
notice-pending-own = Wartet auf die Moderation, weil hier noch kein Kommentar von Ihnen freigegeben wurde. Nur Sie und das Team können ihn sehen. Sobald einer freigegeben ist, erscheinen auch die anderen, und spätere sofort.
notice-pending = Wartet auf Freigabe
notice-withheld-own = Zur Prüfung durch die Moderation zurückgehalten. Nur Sie und das Team können ihn sehen.
notice-withheld = Von einem Filter zur Prüfung zurückgehalten
notice-rejected-own = Die Moderation hat diesen Kommentar entfernt. Grund: { $reason }.
notice-rejected = Abgelehnt: { $reason }.
notice-note = „{ $note }“
flags-open = { $n ->
    [one] 1 offene Meldung
   *[other] { $n } offene Meldungen
 }
badge-admin = Administration
badge-editor = Redaktion
badge-moderator = Moderation
comment-empty = Der Kommentar ist leer. Bitte schreiben Sie etwas.
comment-too-long = Zu lang: { $n } Zeichen. Erlaubt sind höchstens { $limit_n }.
comment-too-much-formatting = Dieser Kommentar enthält zu viel Formatierung oder zu viele Sonderzeichen. Bitte verwenden Sie weniger Zitate, Listen, Links und Sonderzeichen.
note-too-long = Zu lang: { $n } Zeichen. Erlaubt sind höchstens { $limit_n }.
text-control-character = Der Text enthält ein unsichtbares Steuerzeichen. Bitte entfernen Sie es.
text-too-many-accents = Ein Buchstabe hat mehr als { $n } Akzente. Bitte entfernen Sie einige.
form-key-invalid = Der Formularschlüssel ist ungültig: Er muss aus 8 bis 64 Buchstaben, Ziffern, - oder _ bestehen. Bitte senden Sie von dieser Seite aus noch einmal ab.
reply-parent-unavailable = Der Kommentar, auf den Sie antworten, existiert nicht mehr oder kann nicht beantwortet werden. Ihr Text steht unten; wenn Sie ihn jetzt absenden, erscheint er als neuer Kommentar.
action-unknown = Das Formular hat eine unbekannte Aktion gesendet. Gehen Sie zurück und verwenden Sie „Absenden“ oder „Vorschau“.
back-to-article = Zurück zum Artikel
edit-heading = Kommentar bearbeiten
edit-current = Aktuelle Fassung
edit-stale = { $name } hat diesen Kommentar am { $when } geändert, nachdem Sie ihn geöffnet hatten. Ihre Änderungen wurden nicht gespeichert; Ihr Text steht unten.
edit-rejected = Die Moderation hat diesen Kommentar entfernt. Er kann nicht mehr bearbeitet werden.
edit-deleted = Dieser Kommentar ist gelöscht. Machen Sie die Löschung rückgängig, bevor Sie ihn bearbeiten.
edit-too-late = Kommentare können nur in den ersten 15 Minuten nach dem Absenden bearbeitet werden.
undelete-too-late = Eine Löschung kann nur 10 Minuten lang rückgängig gemacht werden.

# Gründe
choose-reason = Grund …
reason-missing = Bitte wählen Sie einen Grund.
reason-abusive = Beleidigend
reason-off-topic = Am Thema vorbei
reason-spam = Spam
reason-misinformation = Falschinformation
reason-illegal = Rechtswidrig
reason-advert = Werbung
reason-personal-data = Personenbezogene Daten
reason-duplicate = Duplikat
reason-other = Sonstiges
field-reason = Grund
field-detail = Was ist nicht in Ordnung?
field-detail-hint = Freiwillig, höchstens 500 Zeichen. Nur für das Team sichtbar.
field-note = Nachricht an den Verfasser
flag-heading = Diesen Kommentar melden
flag-intro = Die Moderation prüft diesen Kommentar: „{ $excerpt }“
flag-button = Kommentar melden
flag-recorded = Danke, gemeldet. Die Moderation prüft diesen Kommentar.
flag-own = Das ist Ihr eigener Kommentar. Sie können ihn stattdessen bearbeiten oder löschen.

# Moderation
queues-heading = Kommentare
queue-reported = Gemeldet
queue-pending = Ausstehend
queue-unmoderated = Ungeprüft
queue-approved = Freigegeben
queue-rejected = Abgelehnt
queue-empty = Keine Kommentare in dieser Liste.
joined = registriert am
on-article = zu
status-approved = Freigegeben
status-published = Veröffentlicht, noch nicht geprüft
status-public = Der Kommentar ist öffentlich.
why-first = Neuer Leser: noch kein Kommentar freigegeben
why-flag = Gemeldet: { $reason }
why-flag-detail = Gemeldet: { $code } – „{ $detail }“
why-edited = Vom Verfasser bearbeitet
moderate-heading = Kommentar prüfen
moderate-stale = Dieser Kommentar hat sich geändert, seit Sie ihn geöffnet haben. Ihre Aktion wurde nicht gespeichert. Unten steht die aktuelle Fassung.
moderate-stale-edited-by = { $by } hat diesen Kommentar am { $when } bearbeitet, nachdem Sie ihn geöffnet hatten. Ihre Aktion wurde nicht gespeichert. Unten steht die aktuelle Fassung.
moderate-stale-acted-by = { $by } hat diesen Kommentar am { $when } { $did }, nachdem Sie ihn geöffnet hatten. Ihre Aktion wurde nicht gespeichert. Unten steht die aktuelle Fassung.
back-to-queues = Zurück zur Kommentarliste
revision-missing = Das Formular enthielt nicht, welche Fassung des Kommentars Sie gesehen haben. Bitte versuchen Sie es von dieser Seite aus noch einmal.
bulk-label = Ausgewählte Kommentare
bulk-approve = Freigeben
bulk-reject = Ablehnen
bulk-stale = Kommentar #{ $id } hat sich inzwischen geändert und wurde übersprungen.
bulk-ids = Jeder ausgewählte Kommentar muss als ID:REVISION gesendet werden.
bulk-none = Keine Kommentare ausgewählt. Bitte wählen Sie mindestens einen aus.
bulk-action-missing = Wählen Sie „Freigeben“ oder „Ablehnen“.
action-approve = freigegeben
action-reject = abgelehnt
action-edit = bearbeitet
action-delete = gelöscht
action-undelete = wiederhergestellt
action-undo = zurückgenommen
action-release = automatisch veröffentlicht
action-hold = automatisch wieder zurückgehalten
action-role = Rollen geändert
action-ban = gesperrt
action-unban = Sperre aufgehoben
queue-flagged-again = Erneut gemeldet
flagged-again = { $n ->
    [one] { $n } freigegebener Kommentar wurde erneut gemeldet
   *[other] { $n } freigegebene Kommentare wurden erneut gemeldet
}
why-flagged-again = Freigegeben und seither erneut gemeldet
done-approved = #{ $id } freigegeben.
done-rejected = #{ $id } abgelehnt.
done-undone = Zurückgenommen: #{ $id } ist wieder wie vorher.
undo-button = Rückgängig
keys-heading = Tasten
keys-approve = freigeben
keys-reject = ablehnen: danach die Nummer des Grundes, oder Esc
keys-move = nächster, voriger
keys-undo = letzte Entscheidung zurücknehmen
keys-help = diese Liste zeigen oder verbergen
ban-heading = Diesen Leser sperren
ban-button = Sperren
lift-button = Sperre aufheben
field-ban-reason = Grund
field-ban-reason-hint = Wird dem Leser gesagt. Höchstens 500 Zeichen.
field-ban-until = Bis
field-ban-until-hint = Einschließlich dieses Tages. Leer: ohne Ende.
ban-until-invalid = Geben Sie ein Datum an, zum Beispiel 2026-12-31.
ban-until-past = Geben Sie heute oder einen späteren Tag an.
banned-through = Gesperrt bis einschließlich { $day }.
banned-until = Gesperrt bis { $when }.
banned-without-end = Ohne Ende gesperrt.
reader-comments-heading = Kommentare
reader-comments-empty = Noch keine Kommentare.
flags-raised = Meldungen
public-profile = Öffentliches Profil
notice-held-own = Wartet auf die Moderation. Nur Sie und das Team können ihn sehen.
back-to-comment = Zurück zum Kommentar
flagged-own = Sie haben diesen Kommentar gemeldet.
log-heading = Protokoll
log-for-comment = Einträge zu Kommentar #{ $id }.
log-of-comment = Verlauf
log-all = Alle Einträge anzeigen
log-empty = Noch keine Einträge.
log-when = Wann
log-who = Wer
log-what = Aktion
log-subject = Betrifft
log-details = Einzelheiten
log-change = { $from } → { $to }
log-actor-rule = Automatische Regel
log-actor-console = Kommandozeile

# Dashboard
dashboard-heading = Dashboard
dashboard-needs-review = Zu prüfen
dashboard-latest = Neueste Artikel
samples-heading = Beispielartikel
samples-text = Die Beispielartikel sind zum Ausprobieren da. Wenn Sie sie entfernen, werden auch ihre Leser und Kommentare entfernt. Das kann nicht rückgängig gemacht werden.
samples-ask = Die Beispielartikel mit ihren Lesern und Kommentaren endgültig entfernen?
samples-confirm = Ja, entfernen
samples-button = Beispielartikel entfernen
settings-heading = Einstellungen
field-site-name = Name der Publikation
site-name-hint = Wird oben auf jeder Seite angezeigt.
site-name-missing = Bitte geben Sie einen Namen für die Publikation ein.
field-tagline = Untertitel
tagline-hint = Eine Zeile, für Suchmaschinen und die Seite „Über uns“.
field-language = Sprache
language-hint = Die Sprache, in der Sie schreiben, als Sprachkürzel wie en, de oder pt-BR. Die Oberfläche gibt es auf Englisch und Deutsch.
language-tag-invalid = Das ist kein gültiges Sprachkürzel. Verwenden Sie ein Kürzel wie en, de oder pt-BR.
field-zone = Zeitzone
zone-hint = Gilt für alle Datumsangaben, zum Beispiel UTC, Europe/Berlin oder America/New_York.
time-zone-invalid = Unbekannte Zeitzone. Verwenden Sie einen Namen wie Europe/Berlin.
field-contact = Kontakt-E-Mail
contact-hint = Wird auf „Über uns“ und „Datenschutz“ angezeigt. Freiwillig.
field-default-section = Standardressort
default-section-hint = Für importierte Artikel ohne Ressort.
field-typographic-quotes = Typografische Anführungszeichen
typographic-quotes-hint = In Markdown-Artikeln, nach der Sprache der Website: "so" wird „so“. Code bleibt, wie er ist.
field-first-comment = Der erste Kommentar eines Lesers
setting-first-hold = wird vor der Veröffentlichung geprüft
setting-first-publish = wird sofort veröffentlicht
field-join = Wer sich registrieren darf
setting-join-everyone = alle
setting-join-nobody = niemand
staff-heading = Team
staff-intro = Die Moderation prüft Kommentare, die Redaktion veröffentlicht Artikel, die Administration darf beides und kann die Einstellungen ändern. Rollen gelten sofort. Ist ein Passwort für Teammitglieder zu kurz, muss die Person bei der nächsten Anmeldung ein neues wählen.
staff-add = Teammitglied hinzufügen
staff-hint = Die Person braucht zuerst ein Konto.
staff-roles = Rollen
staff-button = Rollen speichern
staff-unknown = Es gibt kein Konto mit diesem Benutzernamen.
staff-last-admin = Das ist das letzte Konto mit der Rolle „Administration“. Geben Sie diese Rolle zuerst einem anderen Konto.
staff-password-needed = Ihre Anmeldung liegt länger zurück. Bitte geben Sie Ihr eigenes Passwort ein, um Rollen zu ändern.
settings-stale = Diese Einstellungen wurden geändert, nachdem Sie die Seite geöffnet hatten. Ihre Änderungen sind noch nicht gespeichert: Vergleichen Sie sie mit den aktuellen Werten unten und speichern Sie noch einmal.
settings-now = Jetzt: { $value }
bulk-many = Höchstens { $n } Kommentare auf einmal. Bitte wählen Sie weniger aus.
role-moderator = Moderation
role-editor = Redaktion
role-admin = Administration
role-unknown = Es gibt keine Rolle namens „{ $role }“.

# Konten
field-username = Benutzername
username-hint = 3 bis 30 Buchstaben, Ziffern, - oder _. Für alle sichtbar.
username-invalid = Verwenden Sie 3 bis 30 Buchstaben, Ziffern, - oder _, am Anfang einen Buchstaben oder eine Ziffer.
username-taken = Dieser Benutzername ist vergeben.
username-reserved = Dieser Benutzername ist reserviert. Bitte wählen Sie einen anderen.
field-email = E-Mail
email-hint = Wird nie öffentlich angezeigt und nie verkauft.
email-invalid = Das sieht nicht wie eine E-Mail-Adresse aus. Bitte prüfen Sie sie.
email-taken = Mit dieser Adresse gibt es bereits ein Konto.
field-password = Passwort
password-hint = Mindestens { $n } Zeichen. Gut geeignet sind vier zufällige Wörter.
password-short = Zu kurz: mindestens { $n } Zeichen.
password-long = Zu lang: höchstens { $n } Zeichen.
password-weak = Zu leicht zu erraten. Gut geeignet sind vier zufällige Wörter.
password-weak-because = Zu leicht zu erraten: { $why }. Gut geeignet sind vier zufällige Wörter.
password-wrong = Das ist nicht Ihr aktuelles Passwort.
field-login = Benutzername oder E-Mail
login-heading = Anmelden
login-button = Anmelden
login-to-join = Neu hier? Konto erstellen
login-wrong = Benutzername oder E-Mail und Passwort passen nicht zusammen. Bitte prüfen Sie beides.
login-too-many = Zu viele Fehlversuche. Versuchen Sie es in { $wait } noch einmal.
join-heading = Konto erstellen
join-intro = Mit einem Konto können Sie kommentieren und Kommentare melden. Zum Lesen brauchen Sie keines.
join-button = Konto erstellen
join-to-login = Schon registriert? Anmelden
join-closed = Auf dieser Website können zurzeit keine neuen Konten erstellt werden.
join-too-many = Aus Ihrem Netzwerk wurden zu viele Konten erstellt. Versuchen Sie es in { $wait } noch einmal.
account-heading = Ihr Konto
account-intro = { $account } · { $email }
account-profile-link = Ihr öffentliches Profil
account-password-link = Passwort ändern
account-sessions-link = Wo Sie angemeldet sind
back-to-account = Zurück zum Konto
field-name = Name
name-hint = Wird statt Ihres Benutzernamens angezeigt. Freiwillig.
display-name-too-long = Höchstens 50 Zeichen.
display-name-invalid = Dieser Name kann nicht angezeigt werden. Bitte verwenden Sie nur sichtbare Zeichen.
name-lookalike = Dieser Name ist dem eines Teammitglieds zu ähnlich. Bitte wählen Sie einen anderen.
field-bio = Über Sie
bio-hint = Höchstens 500 Zeichen.
bio-too-long = Höchstens 500 Zeichen.
password-heading = Passwort ändern
password-intro = Wenn Sie Ihr Passwort ändern, werden alle Ihre anderen Sitzungen beendet.
password-due-intro = Sie haben eine Rolle im Team bekommen. Dafür ist ein längeres Passwort nötig: Wählen Sie ein neues, bevor Sie fortfahren.
field-current-password = Aktuelles Passwort
field-new-password = Neues Passwort
password-button = Passwort ändern
sessions-heading = Wo Sie angemeldet sind
sessions-intro = Wenn Sie eine Sitzung nicht erkennen, beenden Sie sie und ändern Sie Ihr Passwort.
session-this = Diese Sitzung
session-unknown = Unbekannter Browser
session-since = angemeldet am
session-seen = zuletzt aktiv am
session-end = Sitzung beenden
session-end-others = Alle anderen Sitzungen beenden
session-which = Das Formular enthielt nicht, welche Sitzung beendet werden soll. Gehen Sie zurück und versuchen Sie es noch einmal.
reader-since = Mitglied seit
setup-heading = Publikation einrichten
setup-intro = Erstellen Sie das erste Konto für die Administration. Dieser Link funktioniert nur einmal.
setup-button = Publikation erstellen
ban-reason = Grund: { $reason }.
ban-no-reason = Es wurde kein Grund angegeben.
ban-last-day = Der letzte Tag der Sperre ist der { $day }.
ban-until = Die Sperre endet am { $when }.
ban-for-good = Die Sperre hat kein Enddatum.

# Fehler
submitted-text-label = Ihr Text
submitted-text-hint = Kopieren Sie Ihren Text, bevor Sie diese Seite verlassen.
request-line = Wenn das wieder passiert, wenden Sie sich mit dieser Anfrage-ID an die Website: { $id }
error-way-front = Zur Startseite
error-malformed = Ungültige Anfrage
error-refused = Das ist nicht möglich
error-forbidden = Zugriff verweigert
error-forbidden-text = Ihr Konto hat nicht die Rolle, die für diese Seite nötig ist.
error-cross-site = Anfrage von einer anderen Website blockiert
error-forged-text = Zu Ihrer Sicherheit nimmt diese Website nur Formulare von ihren eigenen Seiten an. Öffnen Sie die Seite auf dieser Website und senden Sie das Formular noch einmal.
error-banned = Ihr Konto ist für Kommentare gesperrt
error-not-found = Seite nicht gefunden
error-not-found-text = Diese Seite gibt es nicht, sie wurde verschoben oder entfernt, oder Sie haben keinen Zugriff darauf.
error-not-allowed = Methode nicht erlaubt
error-not-allowed-text = Diese Adresse nimmt nur { $methods } an.
error-conflict = Das ist nicht mehr möglich
error-too-large = Anfrage zu groß
error-too-large-text = Erlaubt sind höchstens { $n } KiB. Mit „Zurück“ im Browser erhalten Sie Ihren Text zurück; kürzen Sie ihn und senden Sie ihn noch einmal.
error-not-a-form = Nicht unterstützter Inhaltstyp
error-log-in-first = Sie sind nicht angemeldet. Melden Sie sich an und senden Sie es noch einmal.
error-not-a-form-text = Das ist kein lesbares Formular. Senden Sie application/x-www-form-urlencoded oder multipart/form-data.
error-too-slow = Zeitüberschreitung
error-too-slow-text = Die Verbindung war zu langsam, um das Formular zu senden. Bitte versuchen Sie es noch einmal.
error-wrong-host = Diese Website hat eine andere Adresse
error-foreign-host-text = Bitte verwenden Sie { $origin }
error-too-many = Zu viele Anfragen
error-too-many-text = Zu viele Anfragen in kurzer Zeit. Es wurde nichts gespeichert. Versuchen Sie es in { $wait } noch einmal.
error-busy = Die Website ist ausgelastet
error-busy-text = Es wurde nichts gespeichert. Bitte versuchen Sie es in ein paar Sekunden noch einmal.
error-internal = Etwas ist schiefgegangen
error-broken-text = Der Fehler wurde protokolliert. Es wurde nichts gespeichert. Bitte versuchen Sie es später noch einmal.

# Über uns, Regeln, Datenschutz
about-heading = Über { $site }
about-one = { $site } veröffentlicht Artikel. Unter jedem können alle mitdiskutieren.
about-two = Jeder Artikel nennt seine Quellen: Dort steht, was aus erster Hand bestätigt ist, was andere bestätigen und was nur zugeschrieben ist, weil es nicht unabhängig geprüft wurde. Berichtigungen tragen ein Datum und stehen im Artikel selbst.
about-three = Die Website läuft mit der freien Software Masthead. Sie lädt nichts von Dritten.
about-contact = Schreiben Sie uns:
guidelines-heading = Regeln
guidelines-dek = Alle sind zur Diskussion eingeladen. Bitte halten Sie sich an diese Regeln.
guidelines-one = Bleiben Sie höflich. Kritisieren Sie Argumente, nicht Menschen.
guidelines-two = Bleiben Sie beim Thema. Nennen Sie die Quellen Ihrer Angaben.
guidelines-three = Keine Werbung, keine rechtswidrigen Inhalte, keine personenbezogenen Daten anderer.
guidelines-four = Posten Sie nichts doppelt.
guidelines-how = So wird moderiert
guidelines-hold = Ihr erster Kommentar wird zurückgehalten, bis ihn die Moderation freigibt. Danach erscheinen Ihre Kommentare sofort.
guidelines-reject = Entfernt die Moderation einen Kommentar, kann der Verfasser den Grund sehen. Jede Entscheidung wird mit dem Namen der zuständigen Person protokolliert.
guidelines-flag = Alle mit einem Konto können Kommentare melden. Die Moderation prüft jede Meldung; eine Meldung allein entfernt keinen Kommentar.
guidelines-edit = Sie können einen Kommentar 15 Minuten lang bearbeiten und jederzeit löschen. Haben andere auf einen gelöschten Kommentar geantwortet, bleibt ein Platzhalter ohne Name und Text stehen.
privacy-heading = Datenschutz
privacy-dek = Was diese Website über Sie speichert und was nicht.
privacy-reading = Sie können ohne Konto und ohne Cookies lesen. Ihre Wahl von Hell oder Dunkel und Ihre Leseposition werden nur in Ihrem Browser gespeichert; ohne JavaScript ist die Wahl ein Cookie, das mit dem Browser endet. Die Website lädt nichts von Dritten, verfolgt Sie nicht und zeigt keine Werbung.
privacy-account = Für ein Konto speichert die Website Ihren Benutzernamen, Ihre E-Mail-Adresse, einen Hash Ihres Passworts (nicht das Passwort selbst) und was Sie in Ihr Profil schreiben. Ihre E-Mail-Adresse wird nie öffentlich angezeigt.
privacy-sessions = Beim Anmelden wird ein Cookie gesetzt, das nötig ist, damit Sie angemeldet bleiben. Zu jeder Sitzung speichert die Website den Namen des Browsers, die IP-Adresse (bei IPv6 nur den Netzwerkteil) und wann sie zuletzt aktiv war; in Ihrem Konto können Sie Ihre Sitzungen sehen und beenden. Zum Schutz vor Passwortraten und Spam zählt die Website Versuche je Netzwerk, höchstens eine Stunde lang.
privacy-comments = Kommentare sind unter Ihrem Namen öffentlich. Frühere Fassungen eines bearbeiteten Kommentars werden für die Moderation gespeichert. Der Text eines gelöschten Kommentars wird 30 Tage gespeichert, ist nur für das Team sichtbar und wird dann entfernt.
privacy-third = Nichts davon wird weitergegeben oder verkauft.

# Mail
setting-off = Aus
setting-on = An
field-notify-moderators = E-Mail an Moderatoren
notify-moderators-hint = Solange Kommentare auf Prüfung warten, bekommt jeder Moderator eine E-Mail, höchstens eine pro Stunde.
mail-waiting-subject = { $n ->
    [one] Ein Kommentar wartet auf Prüfung
   *[other] { $n } Kommentare warten auf Prüfung
} · { $site }
mail-waiting-text = { $n ->
    [one] Ein Kommentar wartet auf einen Moderator.
   *[other] { $n } Kommentare warten auf einen Moderator.
}
mail-waiting-link = Kommentare prüfen
mail-waiting-reason = Sie erhalten diese E-Mail, weil Sie { $site } moderieren. Ein Admin kann sie in den Einstellungen abschalten.
mail-test-subject = Test-E-Mail von { $site }
mail-test-text = Dies ist ein Test. Wenn Sie ihn lesen können, funktioniert der Versand.
mail-test-reason = Jemand hat „masthead mail test“ mit Ihrer Adresse ausgeführt.
nav-mail = E-Mail
nav-jobs = Aufgaben
mail-heading = E-Mail
mail-intro = E-Mails, die noch nicht verschickt sind. Was nicht verschickt werden konnte, wird anderthalb Tage lang erneut versucht; danach bleibt es hier stehen.
mail-empty = Es wartet keine E-Mail.
mail-waiting = Wartet, nächster Versuch
mail-running = Wird gerade gesendet
mail-failed = Nicht verschickt, aufgegeben
mail-retry = Erneut versuchen
mail-discard = Löschen
jobs-heading = Hintergrundaufgaben
jobs-intro = { $n ->
    [one] Eine Aufgabe wartet oder läuft.
   *[other] { $n } Aufgaben warten oder laufen.
} Hier stehen Aufgaben, deren letzter Versuch gescheitert ist.
jobs-empty = Keine Aufgabe scheitert.
jobs-attempts = { $n ->
    [one] Ein Versuch.
   *[other] { $n } Versuche.
}
jobs-next = Nächster Versuch
jobs-running = Läuft gerade
jobs-given-up = Aufgegeben
job-publish-due = Geplante Artikel veröffentlichen
job-sweep = Abgelaufenes löschen
job-index-existing = Vorhandene Texte für die Suche erfassen
job-send-mail = E-Mail { $id } verschicken
job-notify-moderators = E-Mail an die Moderation
dashboard-jobs = { $n ->
    [one] Eine Hintergrundaufgabe scheitert
   *[other] { $n } Hintergrundaufgaben scheitern
}
role-writer = Autorin, Autor
badge-writer = Autorenschaft
why-article = Kommentare warten hier auf die Moderation
notice-article-own = Wartet auf die Moderation wie jeder Kommentar hier. Nur Sie und die Redaktion sehen ihn.
field-moderate-all = Jeden Kommentar moderieren
moderate-all-hint = Kommentare von Leserinnen und Lesern warten, bis die Moderation sie freigegeben hat.
editor-no-such-picture = In der Mediathek gibt es kein Bild „{ $file }“.
editor-title-missing = Bitte geben Sie dem Artikel einen Titel.
editor-text-missing = Bitte schreiben Sie einen Text, bevor Sie veröffentlichen.
editor-too-many = Hier sind höchstens { $n } erlaubt.
editor-url-invalid = Bitte geben Sie eine Adresse an, die mit https:// oder http:// beginnt.
editor-too-dense = Der Text hat für seine Länge zu viel Auszeichnung (Zitate, Listen, Tabellen, Links): Die Seite würde für Browser zu groß. Bitte verteilen Sie ihn auf mehrere Artikel.
editor-unknown-note = Zeile { $line } verweist auf den Quellenhinweis { $note }, es gibt aber { $many }.
editor-comment-without-end = Der HTML-Kommentar, der in Zeile { $line } beginnt, hat kein Ende; schreiben Sie --> dahinter.
time-unreadable = Bitte geben Sie Datum und Uhrzeit an.
time-skipped = Diese Uhrzeit überspringen die Uhren an dem Tag. Bitte wählen Sie eine andere.
time-repeated = Diese Uhrzeit zeigen die Uhren an dem Tag zweimal. Bitte wählen Sie eine andere.
nav-articles = Artikel
articles-heading = Artikel
articles-new = Neuer Artikel
articles-all = Alle
articles-empty = Hier ist noch kein Artikel.
articles-none-found = Kein Artikel passt dazu.
articles-search = Wörter des Titels
articles-filter = Anzeigen
articles-any-section = Alle Ressorts
articles-any-author = Alle Autorinnen und Autoren
articles-sort = Reihenfolge
articles-sort-updated = Zuletzt gespeichert
articles-sort-published = Zuletzt veröffentlicht
articles-sort-comments = Meiste Kommentare
articles-sample = Beispiel
articles-changed = Änderungen nicht veröffentlicht
articles-comments = { $n ->
    [one] { $n } Kommentar
   *[other] { $n } Kommentare
}
articles-waiting = { $n ->
    [one] { $n } wartet
   *[other] { $n } warten
}
article-draft = Entwurf
article-submitted = Eingereicht
article-scheduled = Geplant
article-published = Veröffentlicht
article-unpublished = Zurückgezogen
editor-untitled = Ohne Titel
editor-new-heading = Neuer Artikel
editor-save = Speichern
editor-submit = Zur Veröffentlichung einreichen
editor-publish = Veröffentlichen
editor-publish-changes = Änderungen veröffentlichen
editor-schedule = Planen
editor-unpublish = Zurückziehen
editor-preview = Vorschau
editor-preview-saved = Vorschau
editor-revisions = Fassungen
editor-public-page = Öffentliche Seite
editor-import = Text einfügen oder hochladen
editor-slug-taken = Ein anderer Artikel hat diese Adresse. Bitte wählen Sie eine andere.
editor-time-past = Dieser Zeitpunkt ist vorbei. Bitte wählen Sie einen in der Zukunft.
editor-wrong-status = Der Artikel hat inzwischen einen anderen Status, in dem das nicht geht. Es wurde nichts geändert.
editor-stale = { $who } hat inzwischen eine andere Fassung gespeichert. Davon wurde nichts überschrieben: Unten stehen beide. Übernehmen Sie, was Sie brauchen, und speichern Sie dann Ihre; sie ersetzt die andere.
editor-stale-action = Der Artikel wurde inzwischen gespeichert. Es wurde nichts geändert; bitte sehen Sie ihn an, wie er jetzt ist, und versuchen Sie es noch einmal.
editor-their-version = Die gespeicherte Fassung
editor-differences = So weicht Ihre ab
editor-discard-mine = Meine verwerfen und die gespeicherte öffnen
editor-saved-by = Gespeichert { $when } von { $who }
editor-scheduled-for = Wird veröffentlicht: { $when }
editor-has-changes = Leserinnen und Leser sehen die veröffentlichte Fassung. Die Änderungen unten sind noch nicht veröffentlicht.
editor-has-autosave = Was zuletzt getippt wurde, ist noch nicht als Fassung gespeichert.
editor-is-sample = Das ist ein Beispielartikel. Wenn Sie ihn speichern, gehört er Ihnen und bleibt, auch wenn die Beispiele entfernt werden.
editor-guessed = Abschnitte und Arten der Quellenhinweise wurden aus dem Text erraten. Bitte sehen Sie sie an; Speichern bestätigt sie.
editor-present = { $who } hat diesen Artikel seit { $when } geöffnet.
editor-dek-hint = Ein oder zwei Sätze unter dem Titel; sie stehen auch in Suchmaschinen.
editor-body-hint = Markdown. [^s1] verweist auf den ersten Quellenhinweis, ![Beschreibung](/media/datei.jpg) zeigt ein Bild.
editor-names-hint = Mehrere durch Kommas trennen.
editor-slug-hint = Das Ende der Adresse des Artikels. Leer: beim ersten Speichern aus dem Titel gemacht. Nach der Veröffentlichung führt die alte Adresse zur neuen.
editor-keyphrases-hint = Für Suchmaschinen, durch Kommas getrennt. Leserinnen und Leser sehen sie nicht.
editor-publish-at-hint = In der Zeitzone der Publikation. „Planen“ veröffentlicht ihn dann; Speichern verschiebt, was geplant ist.
editor-image-hint = Der Name einer Datei in der Mediathek.
editor-alt-hint = Was das Bild zeigt, für alle, die es nicht sehen.
editor-note-row = Quellenhinweis { $n }
editor-add-note = Quellenhinweis hinzufügen
editor-remove-note = Entfernen
editor-details = Angaben
editor-picture = Hauptbild
editor-more = Mehr
editor-readonly = Sie können diesen Artikel hier lesen; die Redaktion kann ihn ändern.
editor-done-submitted = Eingereicht. Die Redaktion kann ihn jetzt veröffentlichen.
editor-done-published = Veröffentlicht.
editor-done-scheduled = Geplant.
editor-done-unpublished = Zurückgezogen. Seine Adresse sagt das.
editor-done-unscheduled = Nicht mehr geplant.
editor-done-corrected = Die Korrektur steht im Artikel.
editor-done-comments = Gilt für alle ab sofort.
editor-done-shared = Wer den Link unten hat, sieht den Artikel sieben Tage lang.
editor-done-unshared = Der Link gilt nicht mehr.
editor-correct-heading = Korrektur hinzufügen
editor-correct-intro = Sie erscheint sofort, mit dem heutigen Datum.
editor-correct-button = Korrektur hinzufügen
editor-comments-heading = Kommentare
editor-comments-button = Ändern
editor-share-heading = Vor der Veröffentlichung zeigen
editor-share-button = Link anlegen
editor-unshare-button = Link beenden
editor-share-until = Gilt bis
editor-unschedule = Planung zurücknehmen
editor-delete-heading = Löschen
editor-delete-ask = Das löscht den Entwurf mit allen Fassungen endgültig.
editor-delete-button = Entwurf löschen
comments-open = Offen
comments-closed = Geschlossen
comments-moderated = Jeder wartet auf die Moderation
field-title = Titel
field-dek = Vorspann
field-slug = Adresse
field-section = Ressort
field-tags = Schlagwörter
field-authors = Autorinnen und Autoren
field-opening-summary = Zusammenfassung
field-body = Haupttext
field-keyphrases = Suchbegriffe
field-image = Datei
field-alt = Beschreibung
field-caption = Bildunterschrift
field-credit = Bildnachweis
field-comments = Kommentare
field-publish-at = Veröffentlichen am
field-note-kind = Art
field-note-text = Text
field-note-publisher = Herausgeber
field-note-url = Adresse
field-note-date = Datum
field-correction-kind = Art
field-correction-text = Was falsch war und was richtig ist
revisions-compare = Vergleichen
revisions-from = von
revisions-to = bis
revisions-restore = Wiederherstellen
revisions-restored-hint = Wiederherstellen macht daraus eine neue Fassung. Leserinnen und Leser sehen sie, wenn Sie sie veröffentlichen.
revisions-was-public = Veröffentlicht
revisions-changes = Änderungen
revisions-same = Diese beiden Fassungen sind gleich.
revisions-number = Fassung { $n }
import-heading = Text einfügen oder hochladen
import-intro = Aus dem Text wird ein Entwurf, in dem Sie alles ändern können, bevor ihn jemand sieht.
import-hint = Ein Artikel: der Titel in der ersten Zeile, darunter der Vorspann, dann „# “ mit dem Titel noch einmal und die Abschnitte. Oder Markdown, das mit Front Matter (--- oder +++) beginnt.
import-button = Entwurf anlegen
import-one-file = Bitte wählen Sie eine Datei.
import-not-text = Diese Datei ist kein UTF-8-Text.
import-both = Bitte fügen Sie entweder einen Text ein oder wählen Sie eine Datei, nicht beides.
import-empty = Bitte fügen Sie einen Text ein oder wählen Sie eine Datei.
import-refused = Zeile { $line }: { $reason }
field-import-text = Text
field-import-file = Oder eine Datei (.txt, .md)
error-sign-in = Bitte melden Sie sich an
kept-sign-in = Sie sind nicht mehr angemeldet. Was Sie getippt haben, ist noch da: Melden Sie sich in einem neuen Tab an, kommen Sie zurück und senden Sie es noch einmal.
kept-forbidden = Ihr Konto hat die Rolle nicht mehr, die das braucht. Was Sie getippt haben, steht unten, damit Sie es kopieren können.
kept-log-in = Anmelden (öffnet einen neuen Tab)
kept-send = Noch einmal senden
action-create = angelegt
action-save = gespeichert
action-submit = eingereicht
action-publish = veröffentlicht
action-schedule = geplant
action-unschedule = Planung zurückgenommen
action-unpublish = zurückgezogen
action-correct = korrigiert
action-comments = Kommentare geändert
action-share = Link zur Vorschau angelegt
action-unshare = Link zur Vorschau beendet
editor-saved-at = Gespeichert: { $when }
nav-media = Medien
media-heading = Mediathek
media-upload-heading = Dateien hinzufügen
media-field-file = Dateien
media-file-hint = Bilder (JPEG, PNG, GIF, WebP, SVG) bis 10 MiB, Video und Audio (MP4, WebM, MP3, Ogg, FLAC, WAV) bis zusammen 200 MiB.
media-upload-button = Hochladen
media-search = Wörter des Namens oder der Beschreibung
media-empty = Hier ist noch keine Datei.
media-none-found = Keine Datei passt dazu.
media-no-file = Bitte wählen Sie eine Datei.
media-unknown-kind = Das ist kein Bild, Video oder Ton, den Browser zeigen. { $reason }
media-refused = „{ $name }“: { $reason }
media-used = { $n ->
    [0] Nicht verwendet
    [one] In { $n } Artikel verwendet
   *[other] In { $n } Artikeln verwendet
}
media-size = { $width } × { $height } Pixel, { $bytes }
media-no-alt = Noch keine Beschreibung
media-done-added = Hinzugefügt.
media-used-heading = Wo sie verwendet wird
media-markdown = Für den Text eines Artikels
media-focus-x = Blickpunkt von links, in Prozent
media-focus-y = Blickpunkt von oben, in Prozent
media-focus-hint = Ausschnitte, etwa für soziale Netze, behalten diesen Punkt. 50 ist die Mitte.
media-focus-invalid = Bitte geben Sie eine ganze Zahl von 0 bis 100 an.
media-delete-heading = Löschen
media-delete-ask = Das löscht die Datei endgültig.
media-delete-button = Datei löschen
media-in-use = Sie wurde nicht gelöscht, denn sie wird verwendet.
media-author-picture = Bild von { $name }
action-upload = hinzugefügt
action-describe = beschrieben
log-kind = Zu
log-any-kind = Alles
log-kind-comment = Kommentare
log-kind-account = Konten
log-kind-article = Artikel
log-kind-page = Seiten
log-kind-media = Medien
log-kind-setting = Einstellungen
action-setting = geändert
action-remove-samples = Beispiele entfernt
nav-pages = Seiten
pages-heading = Seiten
pages-intro = Über uns, Regeln, Datenschutz und weitere Seiten, etwa ein Impressum. Sie stehen unter dem Formular; öffnen Sie eine, um sie zu ändern.
pages-new-button = Seite anlegen
pages-delete = Löschen
pages-delete-ask = Das nimmt die Seite weg. Ihre Fassungen bleiben, falls Sie sie wieder schreiben.
pages-delete-built-in = Das nimmt Ihren Text weg; der eingebaute erscheint wieder.
pages-back = Zurück zur Seite
pages-version = Fassung { $number }, { $when }, { $who }
pages-stale = Jemand hat inzwischen eine andere Fassung gespeichert. Was Sie getippt haben, ist noch da; der gespeicherte Text steht darunter. Noch einmal speichern ersetzt ihn.
pages-stored = So ist sie jetzt gespeichert
page-text-hint = Markdown, wie in Artikeln.
page-slug-hint = Das Ende ihrer Adresse, /pages/…. Leer: aus dem Titel gemacht.
field-page-text = Text
field-in-footer = Am Fuß jeder Seite darauf verweisen
invitations-heading = Einladungen
invitations-intro = Wer den Link innerhalb von sieben Tagen öffnet, wählt Benutzernamen und Passwort und hat die Rollen, die Sie ankreuzen.
invitations-closed = Zurzeit kann sich niemand registrieren. Um Personen einzuladen, ändern Sie „Wer sich registrieren darf“ in den Einstellungen.
invitations-open = Noch nicht angenommen
invitation-button = Einladen
invitation-made = Die Einladung ist per Mail unterwegs. Sie können auch diesen Link weitergeben, der nur jetzt gezeigt wird:
invitation-known = Mit dieser Adresse gibt es schon ein Konto. Rollen geben Sie ihm unter „Team“.
invitation-revoke = Zurücknehmen
invite-heading = Willkommen bei { $site }
invite-intro = Sie sind eingeladen als { $roles }. Ihre Adresse ist { $email }.
invite-button = Konto anlegen
mail-invitation-subject = Einladung zu { $site }
mail-invitation-text = { $by } lädt Sie zu { $site } ein. Wählen Sie innerhalb von sieben Tagen Benutzernamen und Passwort:
mail-invitation-link = Konto anlegen
mail-invitation-reason = Sie bekommen diese Mail, weil jemand Ihre Adresse eingegeben hat. Wenn Sie die Person nicht kennen, löschen Sie sie.
action-invite = eingeladen
action-revoke = Einladung zurückgenommen
steps-heading = Das lohnt sich als Nächstes
step-done = erledigt
step-name = Die Publikation beschreiben
step-name-hint = Ihr Name, ein Satz über sie, Sprache, Zeitzone und Kontakt.
step-article = Den ersten Artikel schreiben
step-article-hint = Oder einen einfügen, den Sie haben. Er ist ein Entwurf, bis Sie ihn veröffentlichen.
step-samples = Die Beispiele ansehen und dann entfernen
step-samples-hint = Sie zeigen, wie Artikel und Gespräche aussehen können; ein Knopf unten entfernt sie.
step-invite = Jemanden einladen
step-invite-hint = Wer schreibt, redigiert oder moderiert, bekommt einen Link, der einmal gilt.
step-mail = Mail einrichten
step-mail-hint = Ohne Mailserver bleiben Mails als Dateien im Datenordner. MASTHEAD_SMTP_URL nennt einen.
dashboard-newsroom = Redaktion
dashboard-drafts = Entwürfe
dashboard-discussed = Am meisten diskutiert
health-heading = Die Website
health-version = Fassung des Programms
health-database = Datenbank
health-disk = Freier Speicherplatz
health-mail = Mailversand
health-mail-smtp = über den Mailserver
health-mail-files = als Dateien im Datenordner
action-pin = Titelseite geändert
calendar-heading = Kalender
calendar-cut = Es sind mehr, als hier gezeigt werden.
front-heading = Titelseite
front-intro = Was oben steht, der Aufmacher zuerst. Ohne Angabe führt der neueste Artikel. Die übrigen folgen von selbst, jeder einmal.
front-legend = Oben
front-lead = Aufmacher
front-below = Platz { $n } darunter
front-until = Bis
front-unknown = Es gibt keinen veröffentlichten Artikel mit dieser Adresse.
front-twice = Dieser Artikel steht schon da.
articles-pick = Auswählen
articles-with-picked = Mit den ausgewählten
articles-bulk-button = Ausführen
articles-bulk-done = Erledigt.
articles-bulk-left = Erledigt bis auf diese, die inzwischen gespeichert wurden oder deren Status es nicht erlaubt:
weekday-name = { $n ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[other] Sonntag
}
field-close-after-days = Kommentare schließen nach Tagen
close-after-days-hint = Tage nach der Veröffentlichung. Leer: Sie bleiben offen.
close-after-days-invalid = Bitte geben Sie eine ganze Zahl von 1 bis 3650 an oder nichts.
field-accent = Akzentfarbe
accent-hint = Etwa #8f1d22; eine zweite gilt für dunkle Seiten, sonst wird sie aus der ersten gemacht. Leer: die eingebaute.
accent-invalid = Bitte geben Sie eine Farbe als #rrggbb an oder zwei, durch ein Leerzeichen getrennt.
accent-too-weak = Text in { $colour } wäre kaum zu lesen: Der Kontrast ist { $contrast }, nötig sind mindestens 4.5.
field-own-css = Eigenes Stylesheet
own-css-hint = CSS für die Seiten der Leserinnen und Leser. Es kann nur Dateien dieser Website laden, wie in url(/media/…).
own-css-import = @import ist nicht erlaubt. Bitte fügen Sie die Regeln selbst ein.
own-css-elsewhere = Es würde von anderswo laden: { $url }. Erlaubt sind nur Pfade dieser Website, etwa /media/….
own-css-unfinished = Eine Adresse, ein Text oder ein Block hat kein Ende.
autosave-typing = Noch nicht gespeichert
autosave-saving = Wird gespeichert …
autosave-saved = Gespeichert
autosave-offline = Offline: in diesem Browser behalten
autosave-stale = Jemand anders hat diesen Artikel gespeichert. Drücken Sie „Speichern“, um beide Fassungen zu sehen.
autosave-refused = Nicht gespeichert. Drücken Sie „Speichern“, um zu sehen, warum.
autosave-kept = Dieser Browser hat Text behalten, der nicht gespeichert war.
autosave-restore = Zurückholen
autosave-drop = Verwerfen
autosave-words = { $count } Wörter
front-hint = Die Adresse eines Artikels oder ihr Ende.
revisions-state = Stand
editor-date-invalid = Dieses Datum gibt es nicht.
articles-change-scheduled = Änderung geplant: { $when }
articles-none-picked = Bitte wählen Sie mindestens einen Artikel aus.
pages-slug-taken = Eine andere Seite hat diese Adresse. Bitte wählen Sie eine andere.
error-gone = Diese Seite wurde zurückgezogen
error-gone-text = Was an dieser Adresse stand, ist nicht mehr veröffentlicht.
setting-join-invited = nur Eingeladene
action-import = importiert
writing-toolbar = Auszeichnung
writing-heading = Überschrift
writing-bold = Fett
writing-italic = Kursiv
writing-link = Link
writing-quote = Zitat
writing-list = Liste
writing-numbers = Nummerierte Liste
writing-picture = Bild
writing-note = Quelle
writing-find = Suchen
writing-preview = Vorschau daneben
writing-preview-heading = Vorschau
writing-preview-wait = Die Vorschau erscheint hier, sobald der Text gespeichert ist.
writing-drop-alt = Was das Bild zeigt, für Menschen, die es nicht sehen
writing-insert = In den Text setzen
writing-cancel = Weglassen
writing-alt-missing = Bitte beschreiben Sie zuerst das Bild.
writing-upload-failed = Das Bild konnte nicht hochgeladen werden. Bitte versuchen Sie es noch einmal.
writing-replace = Ersetzen
writing-next = weiter
writing-previous = zurück
writing-all = alle
writing-match-case = Groß/klein beachten
writing-regexp = regulärer Ausdruck
writing-by-word = ganze Wörter
writing-replace-one = ersetzen
writing-replace-all = alle ersetzen
writing-close = schließen
writing-current-match = diese Stelle
writing-on-line = in Zeile
writing-replaced = $ ersetzt
writing-replaced-on = in Zeile $ ersetzt
dashboard-mails = { $n ->
    [one] Eine Mail konnte nicht gesendet werden und wurde aufgegeben.
   *[other] { $n } Mails konnten nicht gesendet werden und wurden aufgegeben.
}
charts-heading = Die letzten 30 Tage
chart-articles = Veröffentlichte Artikel
chart-comments = Kommentare
chart-accounts = Neue Konten
chart-busiest = Stärkster Tag: { $on } ({ $n })
chart-none = Nichts in den letzten 30 Tagen
field-logo = Logo
logo-hint = Ein Bild aus der Mediathek, etwa /media/…, das statt des Namens erscheint.
field-icon = Symbol
icon-hint = Ein quadratisches Bild aus der Mediathek, für Tabs und Lesezeichen.
setting-no-picture = Das ist nicht die Adresse eines Bildes in der Mediathek, etwa /media/…
field-navigation = Links im Kopf
field-footer-links = Links im Fuß
links-hint = Je eine Zeile, etwa: Impressum | /pages/impressum
field-social-links = Profile anderswo
social-links-hint = Je eine Zeile, etwa: Mastodon | https://social.example/@wir
links-too-many = Höchstens { $n } Links.
link-line-invalid = „{ $line }“ ist kein Link. Schreiben Sie den Namen, einen senkrechten Strich und die Adresse, etwa: Impressum | /pages/impressum
field-staff-password-length = Kürzestes Passwort der Redaktion
staff-password-length-hint = In Zeichen. Es gilt für neue Passwörter.
staff-password-length-invalid = Bitte geben Sie eine Zahl von 12 bis 64 ein.
media-replace-heading = Ersetzen
media-replace-ask = Das neue Bild steht dann überall, wo dieses steht, mit den Beschreibungen, die dort sind. Veröffentlichte Artikel zeigen es sofort.
media-replace-file = Neues Bild
media-replace-button = Ersetzen
media-replace-recording = Nur ein Bild kann ersetzt werden, und nur durch ein Bild.
media-replace-elsewhere = Eine Seite oder eine Einstellung nennt dieses Bild. Ändern Sie das zuerst dort; die Links stehen unter „Wo sie verwendet wird“.
media-replace-known = Das neue Bild ist schon in der Mediathek. Verwenden Sie dieses.
action-replace = ersetzt
autosave-signed-out = Sie sind abgemeldet. Drücken Sie Speichern, um sich anzumelden; nichts geht verloren.
writing-too-large = { $name } ist größer als 10 MiB.
