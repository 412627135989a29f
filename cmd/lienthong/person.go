package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

func (a *app) personCommand() *cobra.Command {
	return a.group("person", "Add and keep out the people of the console",
		`Add and keep out those who sign in to the web console: clerks and administrators of agencies, operators and auditors
of the hub. Nobody but the person ever knows the password: a one-time link is printed, by which they set it, and the
second factor with it. Hand the link over in person or by telephone; whoever has it first is the person.

`+operationHelp,
		a.personAddCommand(), a.personListCommand(), a.personInviteCommand(), a.personResetCommand(),
		a.personRolesCommand(), a.personDisableCommand(), a.personEnableCommand())
}

func (a *app) personAddCommand() *cobra.Command {
	var o operation
	var r client.PersonRequest
	var url, out string
	c := &cobra.Command{
		Use:   "add LOGIN --name NAME --role ROLE",
		Short: "Add a person and print the link by which they set their password",
		Long: `Add a person. The one-time link is shown this once, or with --out written into a file; it is good for seven days.

Roles: clerk (văn thư) and agency-admin belong to an agency, operator and auditor do not. All but a mere clerk need a
second factor.

` + operationHelp,
		Example: `  lienthong person add an.nguyen --name 'Nguyễn Thị An' --agency H44.24.05 --role clerk
  lienthong person add binh --name 'Trần Văn Bình' --role operator --url https://truc.phutho.example`,
		Args: cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			r.Login = args[0]
			return a.operate(o, func(hub *client.Admin) error {
				return a.invite(url, out, func() (client.Invited, error) { return hub.AddPerson(ctx, r) })
			})
		}),
	}
	o.flags(c)
	linkFlags(c, &url, &out)
	f := c.Flags()
	f.StringVar(&r.Name, "name", "", "name, as it stands in receipts of acceptance")
	f.StringVar(&r.Agency, "agency", "", "identifier of the agency of a clerk or agency administrator")
	f.StringSliceVar(&r.Roles, "role", nil, "clerk, agency-admin, operator or auditor; may be repeated")
	return c
}

func linkFlags(c *cobra.Command, url, out *string) {
	f := c.Flags()
	f.StringVar(url, "url", "", "address of the console as people reach it (default where the hub listens)")
	f.StringVar(out, "out", "", "write the link into this new file, for its owner alone, instead of printing it")
}

func (a *app) personRolesCommand() *cobra.Command {
	var o operation
	var r client.RolesRequest
	var url, out string
	c := &cobra.Command{
		Use:   "roles LOGIN --role ROLE",
		Short: "Change what a person may do",
		Long: `Change what a person may do: the roles given are the ones they have from now on, all others end. Who loses a role
is signed out everywhere. Who needs a second factor from now on and has none is signed out too, and sets it up by the
one-time link that is printed. With --from nothing is done where the person has other roles than these by now.

The last administrator of an agency and the hub's last operator who can sign in keep that role: make another one first.

` + operationHelp,
		Example: `  lienthong person roles an.nguyen --role clerk --role agency-admin
  lienthong person roles an.nguyen --from clerk,agency-admin --role clerk`,
		Args: cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			return a.operate(o, func(hub *client.Admin) error { return a.setRoles(ctx, hub, args[0], r, url, out) })
		}),
	}
	o.flags(c)
	linkFlags(c, &url, &out)
	f := c.Flags()
	f.StringSliceVar(&r.Roles, "role", nil, "clerk and agency-admin, or operator and auditor; may be repeated")
	f.StringSliceVar(&r.From, "from", nil, "the roles that the person is thought to have")
	return c
}

// setRoles hands over the link where one is needed, and else says what the person is now.
func (a *app) setRoles(ctx context.Context, hub *client.Admin, login string, r client.RolesRequest, url, out string) error {
	made, err := hub.SetRoles(ctx, login, r)
	if err != nil {
		return err
	}
	if made.Path == "" {
		return a.print(made, func(w io.Writer) { fmt.Fprintf(w, "%s\t%s\n", login, strings.Join(made.Person.Roles, ",")) })
	}
	return a.invite(url, out, func() (client.Invited, error) { return client.Invited(made), nil })
}

// invite makes a link and hands it over.
func (a *app) invite(url, out string, make func() (client.Invited, error)) error {
	var made client.Invited
	var link string
	err := handOver(out, func() (secret string, err error) {
		made, err = make()
		link = strings.TrimSuffix(or(url, made.URL), "/") + made.Path
		return link, err
	})
	if err != nil {
		return err
	}
	if out != "" {
		made.Path = ""
		return a.print(made.Person, func(w io.Writer) { fmt.Fprintf(w, "%s\t%s\tuntil %s\n", out, made.Person.Login, local(made.Until)) })
	}
	return a.print(made, func(w io.Writer) { fmt.Fprintf(w, "%s\n", link) })
}

func (a *app) personListCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "list",
		Short: "List everybody, without what proves who they are",
		Long: `List everybody with roles, and whether password and second factor are set. ID is how the log names a person: the
credential of an entry is the ID, a dot and the session.

` + operationHelp,
		Example: `  lienthong person list`,
		Args:    cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				all, err := hub.People(ctx)
				if err != nil {
					return err
				}
				t := a.table("LOGIN", "ID", "AGENCY", "ROLES", "PASSWORD", "2FA", "SESSIONS", "DISABLED", "NAME")
				for _, p := range all {
					if err := t.row(p, p.Login, p.ID, or(p.Agency, "-"), strings.Join(p.Roles, ","), p.Password, p.SecondFactor, p.Sessions, local(p.Disabled), p.Name); err != nil {
						return err
					}
				}
				return t.end()
			})
		}),
	}
	o.flags(c)
	return c
}

func (a *app) personInviteCommand() *cobra.Command {
	return a.linkCommand("invite LOGIN", "Make a new link for a person who lost the password",
		`Make a new one-time link. The link before ends. Password and second factor stay until the new link is used, and a
person who has a second factor needs it to use the link.`, client.InvitationRequest{})
}

func (a *app) personResetCommand() *cobra.Command {
	return a.linkCommand("reset-2fa LOGIN", "Let a person who lost the second factor begin anew",
		`Take away a person's password, second factor and recovery codes, end the sessions, and make a one-time link by which
all of it is set up anew. Make sure who asks: a voice on the telephone is nobody.`, client.InvitationRequest{Reset: true})
}

func (a *app) linkCommand(use, short, long string, r client.InvitationRequest) *cobra.Command {
	var o operation
	var url, out string
	name, _, _ := strings.Cut(use, " ")
	c := &cobra.Command{
		Use: use, Short: short, Long: long + "\n\n" + operationHelp,
		Example: `  lienthong person ` + name + ` an.nguyen`,
		Args:    cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				return a.invite(url, out, func() (client.Invited, error) { return hub.InvitePerson(ctx, args[0], r) })
			})
		}),
	}
	o.flags(c)
	linkFlags(c, &url, &out)
	return c
}

func (a *app) personDisableCommand() *cobra.Command {
	return a.disableCommand("disable", "End a person's sessions and keep them out",
		"Whom this command disables, only an operator lets in again.", true)
}

func (a *app) personEnableCommand() *cobra.Command {
	return a.disableCommand("enable", "Let a disabled person in again, with what they had",
		"This command lets in whomever, as operators may; an administrator only whom an administrator of the agency disabled.", false)
}

func (a *app) disableCommand(name, short, whom string, disabled bool) *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use: name + " LOGIN", Short: short,
		Long: short + `.
It holds from the next request on. The first account of a hub, quantri, cannot be disabled.

` + whom + "\n\n" + operationHelp,
		Example: `  lienthong person ` + name + ` an.nguyen`,
		Args:    cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				p, err := hub.DisablePerson(ctx, args[0], client.DisableRequest{Disabled: disabled})
				if err != nil {
					return err
				}
				return a.print(p, func(w io.Writer) { fmt.Fprintf(w, "%s\tdisabled %s\n", p.Login, local(p.Disabled)) })
			})
		}),
	}
	o.flags(c)
	return c
}
