package revocation

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/signing"
)

const (
	certBlock = "CERTIFICATE"
	ocspBlock = "OCSP RESPONSE"
	crlBlock  = "X509 CRL"

	suffix  = ".pem"
	newFile = ".new"
	// maxFile is that of the largest list, in PEM.
	maxFile = signing.MaxCRL*3/2 + 1<<20
)

// load reads the directory. Only a directory that cannot be read or made is an error.
func (k *Keeper) load() error {
	if err := os.MkdirAll(k.options.Dir, 0o700); err != nil {
		return fmt.Errorf("revocation: %w", err)
	}
	files, err := os.ReadDir(k.options.Dir)
	if err != nil {
		return fmt.Errorf("revocation: %w", err)
	}
	for _, f := range files {
		name, ok := strings.CutSuffix(f.Name(), suffix)
		if !ok || !f.Type().IsRegular() {
			continue
		}
		if err := k.loadFile(name); err != nil {
			k.options.Log.Warn("what was kept about revocation is passed over", "file", f.Name(), "err", err)
		}
	}
	return nil
}

func (k *Keeper) loadFile(name string) error {
	certs, der, err := readFile(filepath.Join(k.options.Dir, name+suffix))
	if err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(name, chainPrefix):
		return k.loadChain(name, certs)
	case strings.HasPrefix(name, ocspPrefix) && len(certs) == 2 && name == ocspName(certs[0], certs[1]):
		return k.keep(source{name: name, kind: signing.ByOCSP, cert: certs[0], issuer: certs[1]}, der)
	case strings.HasPrefix(name, crlPrefix) && len(certs) == 1:
		return k.keep(source{name: name, kind: signing.ByCRL, issuer: certs[0]}, der)
	}
	return errors.New("it does not hold what its name says")
}

// keep makes a source of what was kept, which is used where a link leads to that name.
func (k *Keeper) keep(s source, der []byte) error {
	now := k.options.Clock()
	r, err := s.read(der, now)
	if err != nil {
		return err
	}
	if _, err := s.take(r, now, k.options.MaxAge); err == nil {
		s.heard(now, k.options.MaxAge, k.options.Refresh)
	}
	k.held += len(s.raw())
	if at := k.sources[s.name]; at != nil { // a chain that was kept leads there already
		s.urls = at.urls
		*at = s
		return nil
	}
	k.sources[s.name] = &s
	return nil
}

// loadChain takes a chain that leads to an anchor of today.
func (k *Keeper) loadChain(name string, chain []*x509.Certificate) error {
	if len(chain) < 2 || name != chainPrefix+Fingerprint(chain[0]) {
		return errors.New("it does not hold what its name says")
	}
	for i, c := range chain[:len(chain)-1] {
		if err := c.CheckSignatureFrom(chain[i+1]); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(k.options.Anchors.Certificates(), chain[len(chain)-1].Equal) {
		return errors.New("it leads to no anchor")
	}
	k.register(Fingerprint(chain[0]), chain).saved = true
	return nil
}

func readFile(path string) (certs []*x509.Certificate, der []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	for err == nil {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != certBlock {
			der = block.Bytes
			continue
		}
		var c *x509.Certificate
		c, err = x509.ParseCertificate(block.Bytes)
		certs = append(certs, c)
	}
	return certs, der, err
}

// save writes a source's file.
func (k *Keeper) save(s *source) {
	k.mu.RLock()
	der, certs, block := s.raw(), []*x509.Certificate{s.issuer}, crlBlock
	k.mu.RUnlock()
	if s.kind == signing.ByOCSP {
		certs, block = []*x509.Certificate{s.cert, s.issuer}, ocspBlock
	}
	k.write(s.name, certs, block, der)
}

// saveChains writes the chains that documents brought.
func (k *Keeper) saveChains() {
	k.mu.Lock()
	unsaved := make(map[string][]*x509.Certificate)
	for fingerprint, t := range k.targets {
		if !t.saved && len(t.links) > 0 && t.chain[0].CheckSignatureFrom(t.chain[1]) == nil {
			unsaved[fingerprint] = t.chain
		}
		t.saved = true
	}
	k.mu.Unlock()
	for fingerprint, chain := range unsaved {
		k.write(chainPrefix+fingerprint, chain, "", nil)
	}
}

// write makes or replaces a file, whole or not at all. A failure is told and no more: the hub works from memory.
func (k *Keeper) write(name string, certs []*x509.Certificate, block string, der []byte) {
	var b bytes.Buffer
	for _, c := range certs {
		_ = pem.Encode(&b, &pem.Block{Type: certBlock, Bytes: c.Raw}) // a buffer does not fail
	}
	if block != "" {
		_ = pem.Encode(&b, &pem.Block{Type: block, Bytes: der})
	}
	if err := replace(filepath.Join(k.options.Dir, name+suffix), b.Bytes()); err != nil {
		k.options.Log.Error("what is known of revocation could not be kept", "file", name+suffix, "err", err)
	}
}

func replace(path string, text []byte) error {
	f, err := os.OpenFile(path+newFile, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+newFile, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	_ = dir.Sync() // without it the file before may come back: no harm, and not every system can
	return dir.Close()
}
