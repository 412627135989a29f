package console

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/problem"
)

// Files of a parcel that are none of a document's.
const (
	parcelList = "danh-sach.csv"
	missedFile = "thieu.txt" // in the folder of a document of which something is missing
	mostMissed = 10          // that are named
)

// A parcel is documents on their way out as a zip: of each the bytes that were signed, and its files.
type parcel struct {
	c    *console
	v    *visit
	zip  *zip.Writer
	root names
	left int64 // bytes that files may still become: what unpacks to more than anybody sent is left packed
	list parcelRows
}

// pack writes the documents. After an error the zip has no end, which is how a reader knows that it is not whole.
func (c *console) pack(v *visit, documents []exchange.Message, out io.Writer) error {
	p := &parcel{c: c, v: v, zip: zip.NewWriter(out), root: newNames(parcelList), left: c.mostBytes(), list: newParcelRows(v.words)}
	p.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, m := range documents {
		if err := p.document(m); err != nil {
			return err
		}
	}
	if err := p.write(parcelList, c.Clock(), p.list.bytes()); err != nil {
		return err
	}
	return p.zip.Close()
}

// document packs one of them, unless its reader was signed out while the others went.
func (p *parcel) document(m exchange.Message) error {
	if err := p.c.lasts(p.v); err != nil {
		return err
	}
	folder := p.root.unique(folderName(m), "")
	missed, err := p.original(m, folder)
	if err == nil && missed == "" {
		missed, err = p.files(m, folder)
	}
	if err != nil {
		return fmt.Errorf("console: packing %s: %w", m.ID, err)
	}
	p.list.add(m, p.c.nameOf(m.Sender), folder, missed)
	if missed == "" {
		return nil
	}
	return p.write(folder+"/"+missedFile, m.AcceptedAt, []byte(byteOrderMark+missed+"\r\n"))
}

// original packs the bytes that were signed, or says why there are none. They come from the store as they go out.
func (p *parcel) original(m exchange.Message, folder string) (missed string, err error) {
	_, body, err := p.c.Hub.Content(p.v.ctx(), p.v.caller, m.ID, "")
	if err != nil {
		return p.unreadable(m, err)
	}
	defer body.Close()
	w, err := p.create(folder+"/"+folder+".edxml", m.AcceptedAt)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(w, body)
	return "", err
}

// unreadable says why a document cannot be read. One that is gone keeps nobody from the others; a reader who is gone needs none.
func (p *parcel) unreadable(m exchange.Message, err error) (missed string, _ error) {
	if p.v.ctx().Err() != nil {
		return "", err
	}
	if problem.HubsFault(err) {
		p.c.Log.LogAttrs(p.v.ctx(), slog.LevelError, "download", slog.Any("trace", p.v.Get(traceKey)), slog.String("id", string(m.ID)),
			slog.String("error", problem.Cause(err).Error()))
	}
	if why := p.c.refusal(p.v, err); why != "" {
		return why, nil
	}
	return p.v.words.text("download.gone"), nil
}

// files packs what can be unpacked of a document's files, and says which cannot.
func (p *parcel) files(m exchange.Message, folder string) (missed string, err error) {
	l, err := p.c.Hub.Letter(p.v.ctx(), p.v.caller, m.ID, "")
	if err != nil {
		return "", err
	}
	if l.Envelope == nil {
		return p.v.words.text("download.doubt"), nil
	}
	within := newNames(folder+".edxml", missedFile)
	var without []string
	for _, a := range l.Envelope.Attachments {
		raw, err := a.Decode(min(unpacked(m), p.left))
		if err != nil {
			without = append(without, p.packed(a, err))
			continue
		}
		p.left -= int64(len(raw))
		if err := p.write(folder+"/"+within.file(a.FileName()), m.AcceptedAt, raw); err != nil {
			return "", err
		}
	}
	return p.without(without), nil
}

// packed says why a file is in the signed document alone.
func (p *parcel) packed(a envelope.Attachment, err error) string {
	key := "download.broken"
	if errors.Is(err, envelope.ErrTooLarge) {
		key = "download.large"
	}
	return p.v.words.text(key, "name", fileName(a.FileName()))
}

func (p *parcel) without(all []string) string {
	if more := len(all) - mostMissed; more > 0 {
		all = append(all[:mostMissed:mostMissed], p.v.words.text("download.more", "n", p.v.words.number(more)))
	}
	return strings.Join(all, "; ")
}

func (p *parcel) write(name string, at time.Time, raw []byte) error {
	w, err := p.create(name, at)
	if err != nil {
		return err
	}
	_, err = w.Write(raw)
	return err
}

func (p *parcel) create(name string, at time.Time) (io.Writer, error) {
	return p.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at.In(envelope.ICT())})
}
