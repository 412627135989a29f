package main

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// A keyPair is the TLS certificate in two files, taken up again when they change. While what lies there cannot be used,
// such as between the writing of the two, the one before stays.
type keyPair struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	looked  time.Time
	written [2]time.Time
	current *tls.Certificate
}

// look is how often the files are looked at, at most.
const look = 2 * time.Second

func (p *keyPair) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: p.get}
}

func (p *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.looked) >= look {
		p.looked = now
		if err := p.refresh(); err != nil && p.current == nil {
			return nil, err
		}
	}
	return p.current, nil
}

func (p *keyPair) refresh() error {
	written := [2]time.Time{modified(p.cert), modified(p.key)}
	if p.current != nil && written == p.written {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		p.log.Error("the TLS certificate cannot be used", "error", err)
		return err
	}
	p.current, p.written = &pair, written
	return nil
}

// modified is when a file was last written; zero if it is not there.
func modified(name string) time.Time {
	info, err := os.Stat(name)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
