package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

// A connection is how an agency's commands reach a hub.
type connection struct{ url, keyFile, ca string }

const connectionHelp = `The hub and the key are --url and --key-file, else LIENTHONG_URL and LIENTHONG_KEY_FILE. The key is never an
argument: others can read those. The key file "-" is standard input.`

func (n *connection) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&n.url, "url", "", "the hub, such as https://truc.phutho.example (default $LIENTHONG_URL)")
	f.StringVar(&n.keyFile, "key-file", "", "file that holds the agency's API key (default $LIENTHONG_KEY_FILE)")
	f.StringVar(&n.ca, "ca", "", "PEM file of the authority of the hub's TLS certificate (default the system's)")
}

// client is ready to speak for the agency whose key it reads.
func (n connection) client(a *app) (*client.Client, error) {
	address, err := n.address(a)
	if err != nil {
		return nil, err
	}
	key, err := n.key(a)
	if err != nil {
		return nil, err
	}
	web, err := n.http(a)
	if err != nil {
		return nil, err
	}
	return &client.Client{URL: address, Key: key, HTTP: web}, nil
}

func (n connection) address(a *app) (string, error) {
	text := or(n.url, a.getenv(envURL))
	if text == "" {
		return "", usagef("which hub? --url or %s", envURL)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return "", usagef("%q is not the address of a hub, such as https://truc.phutho.example", text)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", usagef("%s is not encrypted: the key would be readable on the way; use https", text)
	}
	return text, nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

const maxKey = 4 << 10

func (n connection) key(a *app) (string, error) {
	file := or(n.keyFile, a.getenv(envKeyFile))
	if file == "" {
		return "", usagef("whose documents? --key-file or %s", envKeyFile)
	}
	text, err := a.readFile(file, maxKey)
	if err != nil {
		return "", usagef("key file %s: %w", file, err)
	}
	key := strings.TrimSpace(string(text))
	if key == "" || strings.ContainsAny(key, " \t\r\n") {
		return "", usagef("key file %s: it does not hold one key and nothing else", file)
	}
	return key, nil
}

// answerTime is how long the hub may take to begin an answer: the longest poll, and some.
const answerTime = time.Minute

// http follows no redirect: a hub has none, and whoever sends one is no hub.
func (n connection) http(a *app) (*http.Client, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = answerTime
	if n.ca != "" {
		text, err := a.readFile(n.ca, maxAnchors)
		if err != nil {
			return nil, usagef("--ca %s: %w", n.ca, err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(text) {
			return nil, usagef("--ca %s: it holds no certificate in PEM", n.ca)
		}
		t.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Transport: t, CheckRedirect: stay}, nil
}

// hubError gives an error of package client its exit code: a refusal is final; no answer, or a hub in trouble, may pass.
func hubError(err error) error {
	p, refused := errors.AsType[*client.Problem](err)
	_, unanswered := errors.AsType[*url.Error](err)
	if unanswered || refused && (p.Status >= http.StatusInternalServerError || p.RetryAfter > 0) {
		return &coded{exitUnreachable, err}
	}
	return err
}

// explain writes a refusal for people: what is wrong, where, and what to do.
func explain(p *client.Problem) string {
	var b strings.Builder
	b.WriteString(printable(p.Error()))
	for _, line := range []string{p.AdviceEN, or(p.Detail, p.Title), p.Advice} {
		if line != "" {
			fmt.Fprintf(&b, "\n  %s", printable(line))
		}
	}
	for _, f := range p.Errors {
		fmt.Fprintf(&b, "\n  %s", printable(strings.TrimSpace(fmt.Sprintf("%s %s %s: %s · %s", place(f), f.Code, f.Rule, f.EN, f.VI))))
	}
	if p.TraceID != "" {
		fmt.Fprintf(&b, "\n  trace %s", printable(p.TraceID))
	}
	return b.String()
}

func place(f client.Fault) string {
	if f.Line > 0 {
		return fmt.Sprintf("line %d %s", f.Line, f.Path)
	}
	return f.Path
}

func or(s, other string) string {
	if s != "" {
		return s
	}
	return other
}
