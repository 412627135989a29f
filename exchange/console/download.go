package console

import (
	"bufio"
	"net/http"
	"slices"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

const (
	mostDownloaded = 256 << 20
	// mostPacked is how many files they have together: the end of the zip, which lists all, lies in memory.
	mostPacked = 2000
	zipBuffer  = 64 << 10
)

// A tooMuchPage says why documents are not downloaded together, and what to do.
type tooMuchPage struct{ Why, Back string }

// downloadMany sends the chosen documents as one zip. Each of them is read as by the download from its page: that the
// agency has opened it is in the log once, and what was answered of it stays as it is. The room is for one document at a
// time, the largest; it is there before the first byte goes out, so that none is left out for the lack of it.
func (c *console) downloadMany(v *visit) error {
	all, err := c.chosen(v)
	if err != nil {
		return err
	}
	documents := eachOnce(all)
	if why := c.tooMuch(v, documents); why != "" {
		return c.render(v, http.StatusRequestEntityTooLarge, "download", v.words.text("download.title"), tooMuchPage{why, local(v.FormValue("ve"))})
	}
	give, err := c.Room(string(v.caller.Agency), roomForOne(documents))
	if err != nil {
		return err
	}
	defer give()
	download(v, "van-ban-den-"+c.Clock().In(envelope.ICT()).Format("20060102-1504")+".zip")
	out := patient{v.Response(), http.NewResponseController(v.Response())}
	return c.pack(v, documents, bufio.NewWriterSize(out, zipBuffer))
}

// eachOnce are the documents in the order in which they were chosen.
func eachOnce(all []receipt) (documents []exchange.Message) {
	for _, r := range all {
		m := r.view.Message
		if !slices.ContainsFunc(documents, func(o exchange.Message) bool { return o.ID == m.ID }) {
			documents = append(documents, m)
		}
	}
	return documents
}

// tooMuch says why documents are too many bytes or files for one download; "" where they are not.
func (c *console) tooMuch(v *visit, documents []exchange.Message) string {
	var size int64
	files := 0
	for _, m := range documents {
		size += m.Size
		files += m.Attachments
	}
	w := v.words
	switch most := c.mostBytes(); {
	case size > most:
		return w.text("download.bytes", "size", bytesText(w, size), "most", bytesText(w, most))
	case files > mostPacked:
		return w.text("download.files", "n", w.number(files), "most", w.number(mostPacked))
	}
	return ""
}

func (c *console) mostBytes() int64 { return max(c.Download, c.Document) }

// roomForOne is room for any one of the documents, and one of its files unpacked.
func roomForOne(documents []exchange.Message) (room int64) {
	for _, m := range documents {
		room = max(room, m.Size+unpacked(m))
	}
	return room
}
