package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// A Result is the account of a run. Deliveries are those of documents; Deliveries = Delivered + Withdrawn +
// DeadLettered + Pending.
type Result struct {
	Accepted     int `json:"accepted"`   // documents with a receipt
	Deliveries   int `json:"deliveries"` // document x addressee
	Delivered    int `json:"delivered"`
	Withdrawn    int `json:"withdrawn"`
	DeadLettered int `json:"dead_lettered"` // given up, and the sender told
	Pending      int `json:"pending"`
	Statuses     int `json:"statuses"` // status messages and notices that reached the senders' software
	Retried      int `json:"retried"`  // deliveries that took more than one attempt
	// Redirected counts the deliveries that went to who took the place of a closed agency, from the start or on the way.
	Redirected int `json:"redirected"`
	Refused    int `json:"refused"` // addressees refused because they are closed and have no successor, or several

	// Recalled counts the deliveries (document x addressee) that were withdrawn before their addressee could see them, or that
	// it agreed to cancel (15). Each is held against what both sides' software did.
	Recalled        int `json:"recalled"`
	RecallsDeclined int `json:"recalls_declined"` // deliveries whose addressee declined (16)
	RecallsOpen     int `json:"recalls_open"`     // deliveries whose addressee has not answered
	Recalls         int `json:"recalls"`          // recalls with a receipt: documents of kind 1, and statuses 13
	RecallsBad      int `json:"recalls_bad"`      // deliveries where the hub says otherwise than both sides

	// OnTime and Late are the deliveries by the law's clocks: sent, and accepted where they arrived, in time, or one of
	// that too late. Deliveries = OnTime + Late.
	OnTime int `json:"on_time"`
	Late   int `json:"late"`

	// Lost counts the addressees that neither have the document with the digest of the sender's receipt, nor appear at
	// the hub as waiting or given up.
	Lost int `json:"lost"`
	// Duplicated counts (message, addressee) pairs that arrived under two delivery ids.
	Duplicated       int `json:"duplicated"`
	ReceiptsVerified int `json:"receipts_verified"` // offline, with nothing but the hub's public key
	ReceiptsBad      int `json:"receipts_bad"`

	AcceptP50 float64 `json:"accept_p50_ms"` // as the sender's software saw it
	AcceptP99 float64 `json:"accept_p99_ms"`
}

// OK reports whether nothing was lost or duplicated, every receipt held, and recalls ended as both sides know.
func (r Result) OK() bool { return r.Lost+r.Duplicated+r.ReceiptsBad+r.RecallsBad == 0 }

// WriteJSON writes the result on one line.
func (r Result) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(r) }

// WriteTable writes the result for people.
func (r Result) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name string, value any) { fmt.Fprintf(t, "%s\t%v\n", name, value) }
	fmt.Fprintln(t, "\nKẾT QUẢ\t")
	row("Văn bản đã tiếp nhận", r.Accepted)
	row("Lượt chuyển (văn bản × nơi nhận)", r.Deliveries)
	row("  đã chuyển", r.Delivered)
	row("  đã rút trước khi lấy", r.Withdrawn)
	row("  không chuyển được, đã báo nơi gửi", r.DeadLettered)
	row("  đang chờ", r.Pending)
	row("Trạng thái, thông báo về tới nơi gửi", r.Statuses)
	row("Lượt chuyển phải thử lại", r.Retried)
	if r.Redirected+r.Refused > 0 {
		row("Chuyển tiếp tới đơn vị kế thừa", r.Redirected)
		row("Nơi nhận bị từ chối vì đã chấm dứt hoạt động", r.Refused)
	}
	row("Thu hồi xong (rút trước khi lấy, hoặc được đồng ý)", r.Recalled)
	row("  nơi nhận từ chối thu hồi", r.RecallsDeclined)
	row("  nơi nhận chưa trả lời", r.RecallsOpen)
	row("  trục ghi khác hai bên", r.RecallsBad)
	row("Đúng hạn theo quy định", r.OnTime)
	row("Chậm (gửi hoặc tiếp nhận)", r.Late)
	row("Mất", r.Lost)
	row("Trùng", r.Duplicated)
	row("Biên nhận kiểm tra đúng", r.ReceiptsVerified)
	row("Biên nhận sai", r.ReceiptsBad)
	row("Thời gian tiếp nhận, trung vị", fmt.Sprintf("%.1f ms", r.AcceptP50))
	row("Thời gian tiếp nhận, 99 %", fmt.Sprintf("%.1f ms", r.AcceptP99))
	return t.Flush()
}

// quantile is the value below which the share q of the durations lies, in milliseconds.
func quantile(durations []time.Duration, q float64) float64 {
	if len(durations) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(durations))
	i := min(int(q*float64(len(sorted))), len(sorted)-1)
	return float64(sorted[i].Microseconds()) / 1000
}
