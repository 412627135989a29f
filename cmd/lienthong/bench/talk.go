package bench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// The hub's process and the clients' talk in lines of JSON, in turns: plan, greeting, start, figures; then the clients
// end. A talk that ends early, on either side, ends the run.

// A plan says what the clients shall do.
type plan struct {
	Senders   []sender   `json:"senders"`
	Receivers []receiver `json:"receivers"`
	Pool      string     `json:"pool"` // file for the signed documents
	Size      int        `json:"size"`
	Load      load       `json:"load"`
}

// A load ends after a time, or after so many documents and the arrival of the last.
type load struct {
	For       time.Duration `json:"for"`
	Documents int           `json:"documents"`
}

// A sender is an agency that submits. Key and Cert are in DER.
type sender struct {
	ID   string `json:"id"`
	Key  []byte `json:"key"`
	Cert []byte `json:"cert"`
}

// A receiver is an agency that documents are for.
type receiver struct {
	ID     string `json:"id"`
	Secret string `json:"secret,omitempty"` // of a push agency; empty: it pulls
}

// A greeting says where the push agencies take documents.
type greeting struct {
	URL string `json:"url"`
}

// A start says where the hub listens, and the API key of every agency by its id.
type start struct {
	URL  string            `json:"url"`
	Keys map[string]string `json:"keys"`
}

// A ready says that everything is signed. The measured time begins when it is answered.
type ready struct {
	Signed int           `json:"signed"`
	Took   time.Duration `json:"took"`
}

// begin answers ready.
type begin struct{}

// figures are what the clients saw in the measured time.
type figures struct {
	Took      time.Duration `json:"took"`
	Accepted  int           `json:"accepted"`
	Delivered int           `json:"delivered"`
	Waiting   int           `json:"waiting"` // deliveries of what was accepted, also before, that have not arrived
	P50       time.Duration `json:"p50"`
	P99       time.Duration `json:"p99"`
	CPU       time.Duration `json:"cpu"`
	RanOut    bool          `json:"ran_out"` // of signed documents, before the time was over
}

// A message is one of the kinds above, or what went wrong.
type message struct {
	Error string          `json:"error,omitempty"`
	Body  json.RawMessage `json:"body,omitempty"`
}

// A talk is one side's ends of the pipes.
type talk struct {
	in  *json.Decoder
	out io.Writer
}

func newTalk(in io.Reader, out io.Writer) talk {
	return talk{json.NewDecoder(bufio.NewReader(in)), out}
}

func (t talk) say(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.NewEncoder(t.out).Encode(message{Body: body})
}

// fail tells the other side why there is no more to say.
func (t talk) fail(err error) error {
	return errors.Join(err, json.NewEncoder(t.out).Encode(message{Error: err.Error()}))
}

func (t talk) hear(v any) error {
	var m message
	if err := t.in.Decode(&m); err != nil {
		return fmt.Errorf("bench: the other process has ended: %w", err)
	}
	if m.Error != "" {
		return errors.New(m.Error)
	}
	return json.Unmarshal(m.Body, v)
}
