package console

import (
	"bytes"
	"encoding/csv"
	"strings"

	"github.com/lienthong/lienthong/exchange"
)

// byteOrderMark says to spreadsheet programs and editors of Windows that a text is UTF-8.
const byteOrderMark = "\ufeff"

// parcelRows are the list that lies in a parcel: what is in it, and what is not.
type parcelRows struct {
	words words
	text  *bytes.Buffer
	csv   *csv.Writer
}

func newParcelRows(w words) parcelRows {
	text := bytes.NewBufferString(byteOrderMark)
	l := parcelRows{w, text, csv.NewWriter(text)}
	l.csv.UseCRLF = true
	l.row(w.text("col.code"), w.text("field.date"), w.text("col.from"), w.text("download.sender"), w.text("field.subject"), w.text("slip.signature"),
		w.text("received.digest"), w.text("download.folder"), w.text("download.missed"))
	return l
}

func (l parcelRows) add(m exchange.Message, from, folder, missed string) {
	l.row(m.Code, day(m.Date), from, string(m.Sender), m.Subject, l.words.signature(string(m.Signature)).Text, m.Digest.String(), folder, missed)
}

// row writes texts, into memory: that cannot fail.
func (l parcelRows) row(cells ...string) {
	for i, text := range cells {
		cells[i] = plainCell(text)
	}
	_ = l.csv.Write(cells)
}

func (l parcelRows) bytes() []byte {
	l.csv.Flush()
	return l.text.Bytes()
}

// plainCell is a text that no spreadsheet program takes for a formula. A CSV has no cells of the type of a text, as a
// workbook has: the apostrophe says so.
func plainCell(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if strings.IndexAny(text, "=+-@＝＋－＠") == 0 {
		return "'" + text
	}
	return text
}
