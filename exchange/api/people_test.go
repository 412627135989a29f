package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/internal/hubtest"
)

func TestPeople(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	ctx := t.Context()
	r := client.PersonRequest{Login: "an.nguyen", Name: "Nguyễn Thị An", Agency: string(communeA), Roles: []string{"clerk"}}
	made, err := h.Admin.AddPerson(ctx, r)
	if err != nil || made.Person.ID == "" || made.Person.Password || !strings.HasPrefix(made.Path, "/loi-moi/") || made.Until.IsZero() {
		t.Fatalf("%+v, %v", made, err)
	}
	if _, ok := h.People.Invited(strings.TrimPrefix(made.Path, "/loi-moi/")); !ok {
		t.Error("the link leads nowhere")
	}
	again, err := h.Admin.InvitePerson(ctx, r.Login, client.InvitationRequest{})
	if err != nil || again.Path == made.Path {
		t.Errorf("a new link: %+v, %v", again, err)
	}
	reset, err := h.Admin.InvitePerson(ctx, r.Login, client.InvitationRequest{Reset: true})
	if err != nil || reset.Path == again.Path {
		t.Errorf("a reset: %+v, %v", reset, err)
	}
	off, err := h.Admin.DisablePerson(ctx, r.Login, client.DisableRequest{Disabled: true})
	if err != nil || off.Disabled.IsZero() {
		t.Errorf("disabled: %+v, %v", off, err)
	}
	on, err := h.Admin.DisablePerson(ctx, r.Login, client.DisableRequest{})
	if err != nil || !on.Disabled.IsZero() {
		t.Errorf("enabled: %+v, %v", on, err)
	}
	raised, err := h.Admin.SetRoles(ctx, r.Login, client.RolesRequest{Roles: []string{"agency-admin", "clerk"}, From: r.Roles})
	if err != nil || !strings.HasPrefix(raised.Path, "/loi-moi/") || raised.Until.IsZero() || strings.Join(raised.Person.Roles, " ") != "clerk agency-admin" {
		t.Errorf("a role that needs a second factor: %+v, %v", raised, err)
	}
	if same, err := h.Admin.SetRoles(ctx, r.Login, client.RolesRequest{Roles: []string{"clerk", "agency-admin"}}); err != nil || same.Path != "" {
		t.Errorf("the same again: %+v, %v", same, err)
	}
	for want, change := range map[string]client.RolesRequest{"conflict": {Roles: r.Roles}, "bad-request": {Roles: []string{}}} {
		if _, err := h.Admin.SetRoles(ctx, r.Login, change); code(t, err) != want {
			t.Errorf("roles %v: %v, want %s", change.Roles, err, want)
		}
	}
	all, err := h.Admin.People(ctx)
	if err != nil || len(all) != 1 || all[0].Login != r.Login || all[0].Agency != r.Agency {
		t.Errorf("people: %+v, %v", all, err)
	}
	for _, test := range []struct {
		name   string
		change func(*client.PersonRequest)
		want   string
	}{
		{"the same login", func(*client.PersonRequest) {}, "conflict"},
		{"login", func(p *client.PersonRequest) { p.Login = "Nguyễn An" }, "bad-request"},
		{"no role", func(p *client.PersonRequest) { p.Login, p.Roles = "b", []string{} }, "bad-request"},
		{"agency", func(p *client.PersonRequest) { p.Login, p.Agency = "b", "H44.77" }, "bad-request"},
	} {
		p := r
		test.change(&p)
		if _, err := h.Admin.AddPerson(ctx, p); code(t, err) != test.want {
			t.Errorf("%s: %v, want code %q", test.name, err, test.want)
		}
	}
	if _, err := h.Admin.InvitePerson(ctx, "nobody", client.InvitationRequest{}); code(t, err) != "not-found" {
		t.Errorf("a link for nobody: %v", err)
	}
	if _, err := h.Admin.DisablePerson(ctx, "nobody", client.DisableRequest{Disabled: true}); code(t, err) != "not-found" {
		t.Errorf("disabling nobody: %v", err)
	}
}

// People are the operator's affair: the public listener does not know the paths.
func TestPeopleAreNotPublic(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	for method, path := range map[string]string{http.MethodGet: "/v1/admin/people", http.MethodPost: "/v1/admin/people"} {
		if resp := do(t, h, h.Party(department), method, path, []byte(`{}`)); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s on the public listener: %s", method, path, resp.Status)
		}
	}
}
