//! PostgreSQL without libpq: tokio-postgres and rustls behind diesel's synchronous `Connection`.
//!
//! `sslmode` keeps libpq's meaning, which tokio-postgres alone does not: `prefer` and `require` encrypt without asking
//! who answers, `verify-full` asks the web's roots and `MASTHEAD_DATABASE_CA`.

use diesel::connection::{
    CacheSize, Connection, ConnectionSealed, Instrumentation, LoadConnection,
    MultiConnectionHelper, SimpleConnection, TransactionManager, TransactionManagerStatus,
};
use diesel::migration::MigrationConnection;
use diesel::pg::{Pg, PgMetadataLookup, PgTypeMetadata};
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::r2d2::R2D2Connection;
use diesel::sql_types::TypeMetadata;
use diesel::{ConnectionError, ConnectionResult, QueryResult};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use rustls::DigitallySignedStruct;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use std::any::Any;
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::tls::MakeTlsConnect;

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
pub struct Rt;
impl BlockOn for Rt {
    fn block_on<F: Future>(&self, f: F) -> F::Output {
        runtime().block_on(f)
    }
    fn get_runtime() -> Self {
        Rt
    }
}
type Inner = AsyncConnectionWrapper<AsyncPgConnection, Rt>;
type InnerTm = <Inner as Connection>::TransactionManager;
pub struct PgTokio(Inner);

fn bad(e: impl std::error::Error) -> ConnectionError {
    let mut said = e.to_string();
    let mut cause = e.source();
    while let Some(inner) = cause {
        said = format!("{said}: {inner}");
        cause = inner.source();
    }
    ConnectionError::BadConnection(said)
}

/// `verify` = who answers must prove its name, against the web's roots and `ca`.
fn tls(
    verify: bool,
    ca: Option<&Path>,
) -> ConnectionResult<tokio_postgres_rustls::MakeRustlsConnect> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(bad)?;
    let config = if verify {
        let mut roots = rustls::RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        if let Some(path) = ca {
            for certificate in CertificateDer::pem_file_iter(path).map_err(bad)? {
                roots.add(certificate.map_err(bad)?).map_err(bad)?;
            }
        }
        builder.with_root_certificates(roots).with_no_client_auth()
    } else {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
            .with_no_client_auth()
    };
    Ok(tokio_postgres_rustls::MakeRustlsConnect::new(config))
}

type Connected = tokio_postgres::Connection<
    tokio_postgres::Socket,
    <tokio_postgres_rustls::MakeRustlsConnect as MakeTlsConnect<tokio_postgres::Socket>>::Stream,
>;

/// A connection with what drives it, on [`runtime`].
pub(super) async fn connect(
    url: &str,
    ca: Option<&Path>,
) -> ConnectionResult<(tokio_postgres::Client, Connected)> {
    let (url, verify) = match url.contains("sslmode=verify-full") {
        true => (url.replace("sslmode=verify-full", "sslmode=require"), true),
        false => (url.to_owned(), false),
    };
    let connecting = tokio_postgres::connect(&url, tls(verify, ca)?);
    tokio::time::timeout(std::time::Duration::from_secs(5), connecting)
        .await
        .map_err(bad)?
        .map_err(bad)
}

impl PgTokio {
    /// Connects to a `postgres://` URL.
    ///
    /// # Errors
    /// Whatever libpq would refuse as well, and an unreadable `ca`.
    pub fn open(url: &str, ca: Option<&Path>) -> ConnectionResult<Self> {
        runtime()
            .block_on(async {
                let (client, conn) = connect(url, ca).await?;
                AsyncPgConnection::try_from_client_and_connection(client, conn).await
            })
            .map(|c| PgTokio(Inner::from(c)))
    }
}

#[derive(Debug)]
struct Anyone(Arc<rustls::crypto::CryptoProvider>);
impl rustls::client::danger::ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        m: &[u8],
        c: &CertificateDer<'_>,
        d: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(m, c, d, &self.0.signature_verification_algorithms)
    }
    fn verify_tls13_signature(
        &self,
        m: &[u8],
        c: &CertificateDer<'_>,
        d: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(m, c, d, &self.0.signature_verification_algorithms)
    }
    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

impl SimpleConnection for PgTokio {
    fn batch_execute(&mut self, q: &str) -> QueryResult<()> {
        self.0.batch_execute(q)
    }
}
impl ConnectionSealed for PgTokio {}
impl Connection for PgTokio {
    type Backend = Pg;
    type TransactionManager = Tm;
    fn establish(url: &str) -> ConnectionResult<Self> {
        PgTokio::open(url, None)
    }
    fn execute_returning_count<T: QueryFragment<Pg> + QueryId>(
        &mut self,
        q: &T,
    ) -> QueryResult<usize> {
        self.0.execute_returning_count(q)
    }
    fn transaction_state(&mut self) -> &mut <Tm as TransactionManager<Self>>::TransactionStateData {
        self.0.transaction_state()
    }
    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.0.instrumentation()
    }
    fn set_instrumentation(&mut self, i: impl Instrumentation) {
        self.0.set_instrumentation(i)
    }
    fn set_prepared_statement_cache_size(&mut self, s: CacheSize) {
        self.0.set_prepared_statement_cache_size(s)
    }
}
impl LoadConnection for PgTokio {
    type Cursor<'c, 'q> = <Inner as LoadConnection>::Cursor<'c, 'q>;
    type Row<'c, 'q> = <Inner as LoadConnection>::Row<'c, 'q>;
    fn load<'c, 'q, T>(&'c mut self, q: T) -> QueryResult<Self::Cursor<'c, 'q>>
    where
        T: Query + QueryFragment<Pg> + QueryId + 'q,
        Pg: diesel::expression::QueryMetadata<T::SqlType>,
    {
        self.0.load(q)
    }
}
pub struct Tm;
impl TransactionManager<PgTokio> for Tm {
    type TransactionStateData = <InnerTm as TransactionManager<Inner>>::TransactionStateData;
    fn begin_transaction(c: &mut PgTokio) -> QueryResult<()> {
        InnerTm::begin_transaction(&mut c.0)
    }
    fn rollback_transaction(c: &mut PgTokio) -> QueryResult<()> {
        InnerTm::rollback_transaction(&mut c.0)
    }
    fn commit_transaction(c: &mut PgTokio) -> QueryResult<()> {
        InnerTm::commit_transaction(&mut c.0)
    }
    fn transaction_manager_status_mut(c: &mut PgTokio) -> &mut TransactionManagerStatus {
        InnerTm::transaction_manager_status_mut(&mut c.0)
    }
    fn is_broken_transaction_manager(c: &mut PgTokio) -> bool {
        InnerTm::is_broken_transaction_manager(&mut c.0)
    }
}
impl MigrationConnection for PgTokio {
    fn setup(&mut self) -> QueryResult<usize> {
        self.0.setup()
    }
}
impl R2D2Connection for PgTokio {
    fn ping(&mut self) -> QueryResult<()> {
        R2D2Connection::ping(&mut self.0)
    }
    fn is_broken(&mut self) -> bool {
        R2D2Connection::is_broken(&mut self.0)
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
impl MultiConnectionHelper for PgTokio {
    fn to_any<'a>(_: &mut <Pg as TypeMetadata>::MetadataLookup) -> &mut (dyn Any + 'a) {
        Box::leak(Box::new(FixedOidsOnly)) // zero-sized: nothing is allocated, nothing leaks
    }
    fn from_any(l: &mut dyn Any) -> Option<&mut <Pg as TypeMetadata>::MetadataLookup> {
        l.downcast_mut::<FixedOidsOnly>()
            .map(|l| l as &mut <Pg as TypeMetadata>::MetadataLookup)
    }
}
