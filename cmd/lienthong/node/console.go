package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/directory"
)

// FirstRunFile holds the digest of the link by which the first account of a new hub is set up; it lies with the data.
const FirstRunFile = "first-run.json"

// firstRunLife is how long the first link is good; afterwards the command person makes another.
const firstRunLife = 30 * 24 * time.Hour

// firstRun makes the link of a new hub: what is to be written into FirstRunFile, and the path that is shown once.
func firstRun(now time.Time) (text []byte, path string, err error) {
	token, digest := directory.NewToken()
	text, err = json.Marshal(exchange.Invitation{Digest: digest, Until: now.UTC().Add(firstRunLife).Truncate(time.Second)})
	return append(text, '\n'), "/loi-moi/" + token, err
}

// openPeople opens the people of the store. A hub that has none begins with the account of its first link.
func (o Options) openPeople(ctx context.Context, n *Node) (*directory.People, error) {
	p, err := directory.OpenPeople(ctx, n.Store, directory.PeopleOptions{Agencies: n.Directory, Clock: o.Clock, Issuer: o.Config.Hub.Name, Log: o.Log})
	if err != nil {
		return nil, err
	}
	invitation, err := readFirstRun(filepath.Join(o.Config.Data, FirstRunFile))
	if err != nil {
		return nil, err
	}
	return p, p.Begin(ctx, invitation)
}

// readFirstRun is the zero invitation for a hub that was made without.
func readFirstRun(file string) (i exchange.Invitation, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return i, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &i)
	}
	if err != nil {
		return i, fmt.Errorf("%s: %w", file, err)
	}
	return i, nil
}

// pages puts the console together.
func (o Options) pages(n *Node) (http.Handler, error) {
	return console.New(console.Options{
		Hub: n.Hub, Agencies: n.Directory, People: n.People, Room: n.api.Budget.Room, Places: n.lists.Enter,
		Document: n.Hub.Limits.Body,
		Address:  api.Address(o.Config.HTTP.TrustedProxies), Clock: o.Clock, Log: o.Log, Version: o.Version,
		Name: o.Config.Hub.Name, ID: exchange.AgencyID(o.Config.Hub.ID), Ribbon: o.SampleData, Stopping: n.stopping, Observe: n.metrics.visited,
		Traffic: n.traffic, Breaker: n.breaker, Machine: o.machine(n, api.Ready(n.api)),
	})
}
