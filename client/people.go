package client

import (
	"context"
	"time"
)

// A Person is somebody who signs in to the hub's console. What proves who it is is never shown.
type Person struct {
	Login        string    `json:"login"`
	ID           string    `json:"id"` // stands in the log in the name's place
	Name         string    `json:"name"`
	Agency       string    `json:"agency,omitempty"`
	Roles        []string  `json:"roles"` // clerk, agency-admin, operator, auditor
	BreakGlass   bool      `json:"break_glass,omitempty"`
	Created      time.Time `json:"created"`
	Disabled     time.Time `json:"disabled,omitzero"`
	DisabledBy   string    `json:"disabled_by,omitempty"` // as the log names who acts
	Password     bool      `json:"password"`              // one is set
	SecondFactor bool      `json:"second_factor"`         // one is set up
	Sessions     int       `json:"sessions"`
	InvitedUntil time.Time `json:"invited_until,omitzero"` // of a link that was not used yet
}

// A PersonRequest adds a person.
type PersonRequest struct {
	Login  string   `json:"login"`
	Name   string   `json:"name"`
	Agency string   `json:"agency,omitempty"`
	Roles  []string `json:"roles"`
}

// Invited is a person with the path of a one-time link of the console, which is shown this once. URL is where the hub
// listens, to put before it; a proxy in front of the hub has another.
type Invited struct {
	Person Person    `json:"person"`
	URL    string    `json:"url,omitempty"`
	Path   string    `json:"path"`
	Until  time.Time `json:"until"`
}

// An InvitationRequest asks for a new link. With Reset the person's password, second factor and sessions end now.
type InvitationRequest struct {
	Reset bool `json:"reset"`
}

// A DisableRequest says whether a person may sign in.
type DisableRequest struct {
	Disabled bool `json:"disabled"`
}

// A RolesRequest says what a person may do from now on. From is what they could do when that was decided: the hub refuses
// where it is no longer so. Left out, nothing is compared.
type RolesRequest struct {
	Roles []string `json:"roles"`
	From  []string `json:"from,omitempty"`
}

// RolesSet is a person with the new roles. Where these need a second factor that has to be set up, Path is a one-time link
// of the console by which it is, shown this once; else it is empty.
type RolesSet struct {
	Person Person    `json:"person"`
	URL    string    `json:"url,omitempty"` // as in Invited
	Path   string    `json:"path,omitempty"`
	Until  time.Time `json:"until,omitzero"`
}

// People lists everybody.
func (a *Admin) People(ctx context.Context) ([]Person, error) {
	var out struct {
		People []Person `json:"people"`
	}
	err := a.client.call(ctx, get("/v1/admin/people", nil), &out)
	return out.People, err
}

// AddPerson adds a person and makes the link by which they set their password.
func (a *Admin) AddPerson(ctx context.Context, r PersonRequest) (p Invited, err error) {
	return p, a.client.call(ctx, post("/v1/admin/people", r), &p)
}

// InvitePerson makes a new link; the one before ends.
func (a *Admin) InvitePerson(ctx context.Context, login string, r InvitationRequest) (p Invited, err error) {
	return p, a.client.call(ctx, post("/v1/admin/people/"+segment(login)+"/invitation", r), &p)
}

// SetRoles changes what a person may do. Who loses a role, or needs a second factor and has none, is signed out everywhere.
func (a *Admin) SetRoles(ctx context.Context, login string, r RolesRequest) (p RolesSet, err error) {
	return p, a.client.call(ctx, put("/v1/admin/people/"+segment(login)+"/roles", r), &p)
}

// DisablePerson ends a person's sessions and keeps them out, or lets them in again.
func (a *Admin) DisablePerson(ctx context.Context, login string, r DisableRequest) (p Person, err error) {
	return p, a.client.call(ctx, put("/v1/admin/people/"+segment(login)+"/disabled", r), &p)
}
