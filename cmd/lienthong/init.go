package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/config"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

func (a *app) initCommand() *cobra.Command {
	var n node.New
	var anchors string
	c := &cobra.Command{
		Use:   "init DIR --id ID --name NAME",
		Short: "Make the directory of a new hub",
		Long: `Make the directory of a new hub: its keys, its configuration, an empty store. DIR must be absent or empty.

A page is printed that is meant for paper: it holds the public key by which every receipt of this hub can be checked
for ever. Keep it where nobody who runs the hub can change it.

Without --anchors the hub does not start until the root certificates to trust are in DIR/anchors.pem, in PEM.

On standard error stands a one-time link: with it the first account of the web console is set up once the hub runs. That
account, quantri, cannot be disabled; keep its password and recovery codes for an emergency.`,
		Example: `  lienthong init /srv/lienthong --id 000.00.15.H44 --name 'Trục liên thông huyện Yên Lập' --anchors ca.pem
  lienthong init ./thu --id H44.10 --name 'Trục thử' --anchors ca.pem > trang-giay.txt`,
		Args: cobra.ExactArgs(1),
		RunE: a.do(func(_ context.Context, args []string) error { return a.init(node.Dir(args[0]), n, anchors) }),
	}
	f := c.Flags()
	f.StringVar(&n.ID, "id", "", "the hub's own agency identifier (required)")
	f.StringVar(&n.Name, "name", "", "the hub's name, for people (required)")
	f.StringVar(&n.Origin, "origin", "", "name of the hub's log in receipts; can never be changed (default the id)")
	f.StringVar(&anchors, "anchors", "", "PEM file of the certificates that signers' chains may end in; needed before the hub starts")
	return c
}

func (a *app) init(dir node.Dir, n node.New, anchors string) error {
	if anchors != "" {
		var err error
		if n.Anchors, err = a.readAnchors(anchors); err != nil {
			return err
		}
	}
	made, err := node.Create(dir, n)
	if err != nil {
		return initError(err)
	}
	p := newPage(dir, n, made.Key)
	if err := a.print(p, p.write); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, firstText, "http://"+config.Default().HTTP.Listen+made.First)
	return nil
}

// firstText goes where no paper is printed from and no file kept: whoever has the link is the hub's first operator.
const firstText = `
Tài khoản đầu tiên của bảng điều khiển · the console's first account (one use, 30 days; put the hub's own address in front):

      %s
`

// initError tells what whoever typed the command can put right from what the disk refused.
func initError(err error) error {
	if ms, ok := errors.AsType[config.Mistakes](err); ok {
		lines := make([]string, len(ms))
		for i, m := range ms {
			lines[i] = strings.Replace(m.String(), "hub.", "--", 1)
		}
		return usagef("%s", strings.Join(lines, "; "))
	}
	if errors.Is(err, envelope.ErrAgencyID) {
		return usagef("--id: %w", err)
	}
	return err
}

// readAnchors reads a file that package signing accepts as trust anchors.
func (a *app) readAnchors(file string) ([]byte, error) {
	text, err := a.readFile(file, maxAnchors)
	if err == nil {
		_, err = signing.ParseAnchors(text)
	}
	if err != nil {
		return nil, usagef("--anchors %s: %w", file, err)
	}
	return text, nil
}

// A page is what init prints: what must be known of a hub without the hub.
type page struct {
	Dir         string    `json:"dir"`
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Log         string    `json:"log"` // origin with epoch
	Key         string    `json:"key"`
	Fingerprint string    `json:"fingerprint"` // SHA-256 of the key's text, hex
	Made        time.Time `json:"made"`
	needs       string
}

func newPage(dir node.Dir, n node.New, vkey string) page {
	log, _, _ := strings.Cut(vkey, "+")
	p := page{Dir: string(dir), ID: n.ID, Name: n.Name, Log: log, Key: vkey, Fingerprint: sha256hex([]byte(vkey)),
		Made: time.Now().UTC().Truncate(time.Second)}
	if len(n.Anchors) == 0 {
		p.needs = dir.Path(node.AnchorsFile)
	}
	return p
}

const pageText = `LIÊN THÔNG
Khóa công khai của nhật ký trục · Public key of the hub's log

  Trục · hub          %s
  Mã · id             %s
  Nhật ký · log       %s
  Ngày · made         %s

  Khóa · key
      %s

  SHA-256 của khóa · of the key
      %s
      %s

Ai có trang này đều tự kiểm tra được mọi biên nhận của trục, không cần hỏi trục. Hãy in ra, ký tên và cất giữ ở nơi
người vận hành trục không sửa được.
Whoever has this page can check every receipt of this hub without asking the hub. Print it, sign it, and keep it where
those who run the hub cannot change it.

      lienthong verify receipt --key %s FILE.receipt

`

func (p page) write(w io.Writer) {
	print := grouped(p.Fingerprint)
	half := len(print) / 2
	fmt.Fprintf(w, pageText, printable(p.Name), p.ID, p.Log, p.Made.In(envelope.ICT()).Format("02/01/2006 15:04 (MST)"),
		p.Key, print[:half], print[half+1:], node.PublicFile)
	then := "Start it with"
	if p.needs != "" {
		fmt.Fprintf(w, needsText, p.needs, p.Dir)
		then = "Only then start it with"
	}
	fmt.Fprintf(w, "%s: lienthong serve %s\n", then, p.Dir)
}

// needsText is of a hub without --anchors, which does not start.
const needsText = `The hub does not start yet. Put into %s, in PEM, the root certificate of the authority
that the agencies' signing certificates come from, and of each other that is to be trusted, and intermediates where
documents do not bring them; then see that it is good: lienthong config check %s
`

// grouped sets digits in fours, so that people can compare them by eye.
func grouped(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(d)
	}
	return b.String()
}
