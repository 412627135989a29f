package node

import (
	"container/list"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// A lobby is a listener that bounds its connections. It is safe for concurrent use.
type lobby struct {
	net.Listener
	most, share int
	trusted     []netip.Prefix // proxies, each of which stands for many

	mu      sync.Mutex
	all     int
	of      map[netip.Prefix]int // connections by address
	resting *list.List           // guests in which no request is under way, longest first
	change  chan struct{}        // closed when somebody left or came to rest; nil where nobody waits
	shut    chan struct{}
	once    sync.Once
}

// A guest is one connection. A new one rests until its first request has come, however slowly that comes.
type guest struct {
	net.Conn
	room *lobby
	from netip.Prefix  // the zero prefix has no share
	rest *list.Element // of room.resting; nil while at work
	gone bool
}

func (l *lobby) open(from net.Listener) {
	l.Listener, l.of, l.resting = from, make(map[netip.Prefix]int), list.New()
	l.shut = make(chan struct{})
}

// Accept takes the next connection that there is room for.
func (l *lobby) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		g := &guest{Conn: c, room: l, from: l.origin(c.RemoteAddr())}
		if l.enter(g) {
			return g, nil
		}
		c.Close()
	}
}

// enter waits for room; false where the address has all of its share at work, and when the lobby is closed.
func (l *lobby) enter(g *guest) bool {
	for {
		entered, change := l.place(g)
		if change == nil {
			return entered
		}
		select {
		case <-change:
		case <-l.shut:
			return false
		}
	}
}

// place lets a guest in, if need be for another who rests; or says what it waits for.
func (l *lobby) place(g *guest) (entered bool, change <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g.from.IsValid() && l.of[g.from] >= l.share && !l.dismiss(func(other *guest) bool { return other.from == g.from }) {
		return false, nil
	}
	if l.all >= l.most && !l.dismiss(func(*guest) bool { return true }) {
		if l.change == nil {
			l.change = make(chan struct{})
		}
		return false, l.change
	}
	l.all++
	l.of[g.from]++
	g.rest = l.resting.PushBack(g)
	return true, nil
}

// dismiss ends the connection that has been at rest for the longest of those that fit; false where there is none.
func (l *lobby) dismiss(fits func(*guest) bool) bool {
	for e := l.resting.Front(); e != nil; e = e.Next() {
		if g := e.Value.(*guest); fits(g) {
			l.forget(g)
			go g.Conn.Close() // TLS or a full buffer may hold it up
			return true
		}
	}
	return false
}

func (l *lobby) forget(g *guest) {
	if g.gone {
		return
	}
	g.gone = true
	l.wake(g)
	l.all--
	if l.of[g.from]--; l.of[g.from] == 0 {
		delete(l.of, g.from)
	}
	l.tell()
}

func (l *lobby) wake(g *guest) {
	if g.rest != nil {
		l.resting.Remove(g.rest)
		g.rest = nil
	}
}

// tell wakes who waits for room.
func (l *lobby) tell() {
	if l.change != nil {
		close(l.change)
		l.change = nil
	}
}

// works notes that a request of the guest's is under way.
func (l *lobby) works(g *guest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wake(g)
}

// rests notes that none is.
func (l *lobby) rests(g *guest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g.gone || g.rest != nil {
		return
	}
	g.rest = l.resting.PushBack(g)
	l.tell()
}

// Close ends the listener. Its connections go on.
func (l *lobby) Close() error {
	l.once.Do(func() { close(l.shut) })
	return l.Listener.Close()
}

// Close ends the connection and makes room for another.
func (g *guest) Close() error {
	g.room.mu.Lock()
	g.room.forget(g)
	g.room.mu.Unlock()
	return g.Conn.Close()
}

// origin is what has a share together: an IPv4 address, or a network /64, which is one subscriber's. Trusted proxies, and
// what has no address, have none.
func (l *lobby) origin(a net.Addr) netip.Prefix {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	at := tcp.AddrPort().Addr().Unmap().WithZone("")
	if slices.ContainsFunc(l.trusted, func(p netip.Prefix) bool { return p.Contains(at) }) {
		return netip.Prefix{}
	}
	p, _ := at.Prefix(min(64, at.BitLen())) // an address has so many bits
	return p
}
