//! A proxy of the test's own: it hands each connection to the next of several servers, and cuts
//! them all when it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinHandle};

/// A proxy that listens for as long as it lives.
#[derive(Debug)]
pub(crate) struct Proxy {
    listen: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    servers: Vec<String>,
    next: usize,
    open: Vec<AbortHandle>,
}

impl State {
    /// All servers, beginning with the one whose turn it is.
    fn in_turn(&mut self) -> Vec<String> {
        self.next += 1;
        let mut servers = self.servers.clone();
        let count = servers.len().max(1);
        servers.rotate_left(self.next % count);
        servers
    }
}

impl Proxy {
    /// Listens there, and leads to these servers.
    pub(crate) async fn start(listen: &str, servers: &[String]) -> Self {
        let listener = TcpListener::bind(listen).await.expect("a port");
        let listen = listener.local_addr().expect("its address");
        let state = Arc::new(Mutex::new(State {
            servers: servers.to_vec(),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let servers = shared.lock().unwrap().in_turn();
                let passing = tokio::spawn(pass(near, servers));
                let mut state = shared.lock().unwrap();
                state.open.retain(|open| !open.is_finished());
                state.open.push(passing.abort_handle());
            }
        });
        Self {
            listen,
            state,
            task,
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.listen
    }

    /// Leads to these from now on; what is open stays.
    pub(crate) fn lead_to(&self, servers: &[String]) {
        self.state.lock().unwrap().servers = servers.to_vec();
    }

    /// Cuts whatever is open.
    pub(crate) fn cut(&self) {
        let mut state = self.state.lock().unwrap();
        state.open.drain(..).for_each(|open| open.abort());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

/// To the first that takes the connection.
async fn pass(mut near: TcpStream, servers: Vec<String>) {
    for server in servers {
        if let Ok(mut far) = TcpStream::connect(server).await {
            let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            return;
        }
    }
}
