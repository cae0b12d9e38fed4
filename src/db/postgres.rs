//! PostgreSQL without libpq: tokio-postgres and rustls behind diesel's synchronous `Connection`.
//!
//! `sslmode` has libpq's meaning, unlike in tokio-postgres: `prefer` and `require` encrypt without verifying the
//! certificate, `verify-full` verifies it against the public root certificates and `MASTHEAD_DATABASE_CA`.

use super::postgres_tls::tls;
use super::sqlstate::{LastSqlstate, Rows, SqlstateReader, SqlstateReaderTls};
use super::{Conn, Time};
use crate::error::Error;
use diesel::connection::{
    CacheSize, Connection, ConnectionSealed, Instrumentation, LoadConnection,
    MultiConnectionHelper, SimpleConnection, TransactionManager, TransactionManagerStatus,
};
use diesel::migration::MigrationConnection;
use diesel::pg::{Pg, PgMetadataLookup, PgTypeMetadata};
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::r2d2::R2D2Connection;
use diesel::sql_types::TypeMetadata;
use diesel::{ConnectionError, ConnectionResult, QueryResult, RunQueryDsl};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use std::any::Any;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Config, SimpleQueryMessage};

/// One small runtime drives every PostgreSQL socket; callers are blocking-pool threads.
pub(super) fn runtime() -> &'static Runtime {
    static RT: OnceLock<Runtime> = OnceLock::new();
    RT.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("pg-io")
            .enable_all()
            .build()
            .expect("pg runtime")
    })
}
pub struct SharedRuntime;
impl BlockOn for SharedRuntime {
    fn block_on<F: Future>(&self, f: F) -> F::Output {
        runtime().block_on(f)
    }
    fn get_runtime() -> Self {
        SharedRuntime
    }
}
type Inner = AsyncConnectionWrapper<AsyncPgConnection, SharedRuntime>;
type InnerTm = <Inner as Connection>::TransactionManager;
pub struct PostgresConnection {
    inner: Inner,
    last: LastSqlstate,
}

fn connection_error(e: impl std::error::Error) -> ConnectionError {
    let mut said = e.to_string();
    let mut cause = e.source();
    while let Some(inner) = cause {
        said = format!("{said}: {inner}");
        cause = inner.source();
    }
    ConnectionError::BadConnection(said)
}

/// A TCP or Unix socket.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Io for S {}
type Stream = SqlstateReader<Box<dyn Io>>;

/// A connection that is driven by a task of [`runtime`], until the client is dropped.
pub(super) struct Connected {
    pub client: tokio_postgres::Client,
    /// Notices and notifications from the server.
    pub messages: UnboundedReceiver<AsyncMessage>,
    last: LastSqlstate,
}

/// How long a server may take to respond. Its own statement timeout is five seconds.
pub(super) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(7);
/// TCP user timeout: how long sent data may remain unacknowledged before the connection is closed.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);

/// Connects to the first host of a URL that answers.
pub(super) async fn connect(
    url: &str,
    ca: Option<&Path>,
    patience: Option<Duration>,
) -> ConnectionResult<Connected> {
    let (url, verify) = match url.contains("sslmode=verify-full") {
        true => (url.replace("sslmode=verify-full", "sslmode=require"), true),
        false => (url.to_owned(), false),
    };
    let never = |why: String| ConnectionError::InvalidConnectionUrl(why);
    let config: Config = url
        .parse()
        .map_err(|e: tokio_postgres::Error| never(e.to_string()))?;
    let tls = tls(verify, ca).map_err(|e| never(connection_error(&*e).to_string()))?;
    let mut why = ConnectionError::InvalidConnectionUrl("the URL names no host".into());
    for (at, host) in config.get_hosts().iter().enumerate() {
        let connecting = connect_to(&config, at, host, tls.clone(), patience);
        match tokio::time::timeout(Duration::from_secs(3), connecting).await {
            Ok(Ok(connected)) => return Ok(connected),
            Ok(Err(error)) => why = error,
            Err(late) => why = connection_error(late),
        }
    }
    Err(why)
}

/// [`connect`] for tasks that may move between threads: its own future is not `Send`.
pub(super) async fn connect_from_task(
    url: String,
    ca: Option<PathBuf>,
) -> ConnectionResult<Connected> {
    let connecting =
        move || runtime().block_on(connect(&url, ca.as_deref(), Some(RESPONSE_TIMEOUT)));
    tokio::task::spawn_blocking(connecting)
        .await
        .map_err(connection_error)?
}

/// Connects to one of the hosts of a URL.
async fn connect_to(
    config: &Config,
    at: usize,
    host: &Host,
    mut tls: tokio_postgres_rustls::MakeRustlsConnect,
    patience: Option<Duration>,
) -> ConnectionResult<Connected> {
    let ports = config.get_ports();
    let port = *ports.get(at).or(ports.first()).unwrap_or(&5432);
    let mut config = config.clone();
    let (stream, name): (Box<dyn Io>, &str) = match host {
        Host::Tcp(name) => {
            let stream = match config.get_hostaddrs().get(at) {
                Some(address) => TcpStream::connect((*address, port)).await,
                None => TcpStream::connect((name.as_str(), port)).await,
            };
            let stream = stream.map_err(connection_error)?;
            stream.set_nodelay(true).map_err(connection_error)?;
            #[cfg(target_os = "linux")]
            socket2::SockRef::from(&stream)
                .set_tcp_user_timeout(Some(TCP_USER_TIMEOUT))
                .map_err(connection_error)?;
            (Box::new(stream), name)
        }
        #[cfg(unix)]
        Host::Unix(folder) => {
            // As in libpq: no TLS on a Unix socket.
            config.ssl_mode(SslMode::Disable);
            let path = folder.join(format!(".s.PGSQL.{port}"));
            let stream = UnixStream::connect(path).await.map_err(connection_error)?;
            (Box::new(stream), "")
        }
    };
    let last = LastSqlstate::default();
    let inner =
        MakeTlsConnect::<Stream>::make_tls_connect(&mut tls, name).map_err(connection_error)?;
    let tls = SqlstateReaderTls {
        inner,
        last: last.clone(),
    };
    let stream = SqlstateReader::new(stream, last.clone(), true, patience);
    let (client, mut connection) = config
        .connect_raw(stream, tls)
        .await
        .map_err(classify_connect_error)?;
    let (sender, messages) = tokio::sync::mpsc::unbounded_channel();
    runtime().spawn(async move {
        let mut next = async || std::future::poll_fn(|cx| connection.poll_message(cx)).await;
        while let Some(Ok(message)) = next().await {
            let _ = sender.send(message);
        }
    });
    if config.get_target_session_attrs() == TargetSessionAttrs::ReadWrite {
        let asked = client.simple_query("SHOW transaction_read_only").await;
        let is_on = |row: &SimpleQueryMessage| matches!(row, SimpleQueryMessage::Row(row) if row.get(0) == Some("on"));
        if asked.map_err(classify_connect_error)?.iter().any(is_on) {
            return Err(ConnectionError::BadConnection(
                "the server is read-only, but target_session_attrs asks for read-write".into(),
            ));
        }
    }
    Ok(Connected {
        client,
        messages,
        last,
    })
}

/// Distinguishes errors that a retry cannot fix (user, password, database, certificate) from temporary ones.
fn classify_connect_error(error: tokio_postgres::Error) -> ConnectionError {
    let code = error.code().map(|code| code.code().to_owned());
    let answered = code.clone();
    let is_final = match code {
        Some(code) => code.starts_with("28") || code.starts_with("3D"),
        // A certificate that does not verify.
        None => error.to_string().contains("TLS"),
    };
    let ConnectionError::BadConnection(why) = connection_error(error) else {
        unreachable!("connection_error() returns BadConnection")
    };
    match is_final {
        true => ConnectionError::InvalidConnectionUrl(why),
        false => ConnectionError::BadConnection(match answered {
            Some(code) => format!("SQLSTATE {code}: {why}"),
            None => why,
        }),
    }
}

/// Milliseconds that the server's clock is ahead of this machine's.
pub(super) fn clock_offset_millis(conn: &mut Conn) -> Result<i64, Error> {
    #[derive(diesel::QueryableByName)]
    struct Clock {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        now: i64,
    }
    let before = Time::now().0;
    let clock: Clock = diesel::sql_query(
        "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now",
    )
    .get_result(conn)?;
    // The server read its clock between request and response: assume half-way.
    Ok(clock.now - (before + Time::now().0) / 2)
}

impl PostgresConnection {
    /// Connects to a `postgres://` URL.
    ///
    /// # Errors
    /// An invalid URL, a server that does not answer or refuses the log-in, or an unreadable `ca`.
    pub fn open(
        url: &str,
        ca: Option<&Path>,
        patience: Option<Duration>,
    ) -> ConnectionResult<Self> {
        runtime().block_on(async {
            let Connected { client, last, .. } = connect(url, ca, patience).await?;
            let inner = AsyncPgConnection::try_from(client).await?;
            Ok(PostgresConnection {
                inner: Inner::from(inner),
                last,
            })
        })
    }
}

impl SimpleConnection for PostgresConnection {
    fn batch_execute(&mut self, q: &str) -> QueryResult<()> {
        self.inner
            .batch_execute(q)
            .map_err(|e| self.last.with_sqlstate(e))
    }
}
impl ConnectionSealed for PostgresConnection {}
impl Connection for PostgresConnection {
    type Backend = Pg;
    type TransactionManager = PostgresTransactionManager;
    fn establish(url: &str) -> ConnectionResult<Self> {
        PostgresConnection::open(url, None, None)
    }
    fn execute_returning_count<T: QueryFragment<Pg> + QueryId>(
        &mut self,
        q: &T,
    ) -> QueryResult<usize> {
        self.inner
            .execute_returning_count(q)
            .map_err(|e| self.last.with_sqlstate(e))
    }
    fn transaction_state(
        &mut self,
    ) -> &mut <PostgresTransactionManager as TransactionManager<Self>>::TransactionStateData {
        self.inner.transaction_state()
    }
    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.inner.instrumentation()
    }
    fn set_instrumentation(&mut self, i: impl Instrumentation) {
        self.inner.set_instrumentation(i)
    }
    fn set_prepared_statement_cache_size(&mut self, s: CacheSize) {
        self.inner.set_prepared_statement_cache_size(s)
    }
}
impl LoadConnection for PostgresConnection {
    type Cursor<'c, 'q> = Rows<<Inner as LoadConnection>::Cursor<'c, 'q>>;
    type Row<'c, 'q> = <Inner as LoadConnection>::Row<'c, 'q>;
    fn load<'c, 'q, T>(&'c mut self, q: T) -> QueryResult<Self::Cursor<'c, 'q>>
    where
        T: Query + QueryFragment<Pg> + QueryId + 'q,
        Pg: diesel::expression::QueryMetadata<T::SqlType>,
    {
        let last = self.last.clone();
        match self.inner.load(q) {
            Ok(rows) => Ok(Rows::new(rows, last)),
            Err(error) => Err(last.with_sqlstate(error)),
        }
    }
}
pub struct PostgresTransactionManager;
impl TransactionManager<PostgresConnection> for PostgresTransactionManager {
    type TransactionStateData = <InnerTm as TransactionManager<Inner>>::TransactionStateData;
    fn begin_transaction(c: &mut PostgresConnection) -> QueryResult<()> {
        InnerTm::begin_transaction(&mut c.inner).map_err(|e| c.last.with_sqlstate(e))
    }
    fn rollback_transaction(c: &mut PostgresConnection) -> QueryResult<()> {
        InnerTm::rollback_transaction(&mut c.inner).map_err(|e| c.last.with_sqlstate(e))
    }
    fn commit_transaction(c: &mut PostgresConnection) -> QueryResult<()> {
        InnerTm::commit_transaction(&mut c.inner).map_err(|e| c.last.with_sqlstate(e))
    }
    fn transaction_manager_status_mut(c: &mut PostgresConnection) -> &mut TransactionManagerStatus {
        InnerTm::transaction_manager_status_mut(&mut c.inner)
    }
    fn is_broken_transaction_manager(c: &mut PostgresConnection) -> bool {
        InnerTm::is_broken_transaction_manager(&mut c.inner)
    }
}
impl MigrationConnection for PostgresConnection {
    fn setup(&mut self) -> QueryResult<usize> {
        self.inner.setup()
    }
}
impl R2D2Connection for PostgresConnection {
    fn ping(&mut self) -> QueryResult<()> {
        R2D2Connection::ping(&mut self.inner)
    }
    fn is_broken(&mut self) -> bool {
        R2D2Connection::is_broken(&mut self.inner)
    }
}

/// MultiConnection passes the OID look-up through `dyn Any`. diesel-async's own look-up type is private, so it cannot
/// be downcast; but it is only asked about types WITHOUT a fixed OID, and the shared schema has none.
struct FixedOidsOnly;
impl PgMetadataLookup for FixedOidsOnly {
    fn lookup_type(&mut self, name: &str, _: Option<&str>) -> PgTypeMetadata {
        panic!("custom PostgreSQL type {name} in a shared query")
    }
    fn as_any<'a>(&mut self) -> &mut (dyn Any + 'a)
    where
        Self: 'a,
    {
        self
    }
}
impl MultiConnectionHelper for PostgresConnection {
    fn to_any<'a>(_: &mut <Pg as TypeMetadata>::MetadataLookup) -> &mut (dyn Any + 'a) {
        Box::leak(Box::new(FixedOidsOnly)) // zero-sized: nothing is allocated, nothing leaks
    }
    fn from_any(l: &mut dyn Any) -> Option<&mut <Pg as TypeMetadata>::MetadataLookup> {
        l.downcast_mut::<FixedOidsOnly>()
            .map(|l| l as &mut <Pg as TypeMetadata>::MetadataLookup)
    }
}
