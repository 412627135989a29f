package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/lienthong/lienthong/client"
)

// A document is handed in. Whoever gets no answer sends the same bytes again: they get the same receipt.
func ExampleClient_Submit() {
	hub := httptest.NewServer(http.HandlerFunc(example)) // a real program has the address of its hub
	defer hub.Close()

	c := client.Client{URL: hub.URL, Key: "lt_live_…"}
	receipt, err := c.Submit(context.Background(), []byte("<edXML>…</edXML>"), client.SubmitOptions{})
	if err != nil {
		fmt.Println("not accepted:", err)
		return
	}
	fmt.Println("accepted as", receipt.ID, "for", receipt.Deliveries[0].Agency)
	// Output: accepted as 0199c0de-0000-7000-8000-000000000001 for H44.24.05
}

// example answers as a hub does that has accepted a document.
func example(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, `{"id":"0199c0de-0000-7000-8000-000000000001","deliveries":[{"agency":"H44.24.05","codes":["H44.24.05"]}]}`)
}
