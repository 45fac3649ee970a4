package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"hone/study"
	"hone/tui/theme"
	"hone/tui/widget"
)

// roadmap shows learning paths and checklists, and one of them in full.
type roadmap struct {
	env   *Env
	id    uint64
	err   error
	paths []*study.PathProgress
	lists []study.Checklist

	overview *widget.List
	rows     []roadmapRow // of the overview

	open   int // row of the overview that is open, -1 for the overview
	opened string
	detail *widget.List
	nodes  []nodeRow // of the open path or checklist
	loaded bool
}

type roadmapRow struct {
	head string
	path *study.PathProgress
	list *study.Checklist
}

type nodeRow struct {
	head string
	node *study.PathNode
	task *study.TaskItem
}

func newRoadmap(env *Env) *roadmap {
	r := &roadmap{env: env, id: newID(), open: -1}
	r.overview = widget.NewList(0, r.drawRow)
	r.overview.Keys = env.Keys.ListKeys()
	r.overview.Skip = func(i int) bool { return r.rows[i].head != "" }
	r.overview.Empty = "There are no paths and no checklists."
	r.detail = widget.NewList(0, r.drawNode)
	r.detail.Keys = env.Keys.ListKeys()
	r.detail.Skip = func(i int) bool { return r.nodes[i].head != "" }
	return r
}

type roadmapMsg struct {
	id    uint64
	paths []*study.PathProgress
	lists []study.Checklist
	err   error
}

// Refresh implements refreshed.
func (r *roadmap) Refresh() tea.Cmd {
	ctx, svc, id := r.env.Context, r.env.Study, r.id
	return func() tea.Msg {
		paths, err := svc.Paths(ctx)
		if err != nil {
			return roadmapMsg{id: id, err: err}
		}
		lists, err := svc.Checklists(ctx)
		return roadmapMsg{id, paths, lists, err}
	}
}

// Title implements [Screen].
func (r *roadmap) Title() string { return "Roadmap" }

// Tab implements tabbed.
func (r *roadmap) Tab() tab { return tabRoadmap }

// Back implements stepping.
func (r *roadmap) Back() bool {
	if r.opened == "" {
		return false
	}
	r.opened, r.open = "", -1
	return true
}

// Bindings implements [Screen].
func (r *roadmap) Bindings() []Binding {
	k := r.env.Keys
	if r.opened == "" {
		return []Binding{k.Enter, k.Follow, k.Export, k.Down, k.Search, k.Quit}
	}
	out := []Binding{k.Cycle.Labelled("next state"), k.Enter.Labelled("open page")}
	if r.openPath() != nil {
		out = append(out, k.Needs, k.Follow)
	}
	if r.offers() > 0 {
		out = append(out, k.TickOffered)
	}
	return append(out, k.Export, k.Undo, k.Back)
}

// Update implements [Screen].
func (r *roadmap) Update(msg tea.Msg) (Screen, tea.Cmd) {
	switch msg := msg.(type) {
	case roadmapMsg:
		if msg.id != r.id {
			return r, nil
		}
		r.loaded, r.err, r.paths, r.lists = true, msg.err, msg.paths, msg.lists
		r.build()
	case tea.KeyPressMsg:
		return r, r.key(msg)
	case tea.MouseWheelMsg:
		r.list().Wheel(wheel(msg))
	case tea.MouseClickMsg:
		before := r.list().Index()
		if i, ok := r.list().Click(msg.Y - r.top()); ok && i == before {
			return r, r.enter()
		}
	}
	return r, nil
}

func (r *roadmap) list() *widget.List {
	if r.opened == "" {
		return r.overview
	}
	return r.detail
}

func (r *roadmap) build() {
	r.rows = r.rows[:0]
	if len(r.paths) > 0 {
		r.rows = append(r.rows, roadmapRow{head: "LEARNING PATHS"})
	}
	for _, p := range r.paths {
		r.rows = append(r.rows, roadmapRow{path: p})
	}
	group := ""
	for i := range r.lists {
		c := &r.lists[i]
		head := "PRACTICE TASKS OF PAGES"
		if c.Page.Kind == "checklist" {
			head = "CHECKLISTS"
		}
		if head != group {
			group = head
			r.rows = append(r.rows, roadmapRow{head: head})
		}
		r.rows = append(r.rows, roadmapRow{list: c})
	}
	keep := r.overview.Index()
	r.overview.SetLen(len(r.rows))
	if keep <= 0 && len(r.rows) > 1 {
		r.overview.Select(1)
	}
	if r.opened != "" {
		r.unfold(r.opened)
	}
}

// unfold shows a path or checklist in full.
func (r *roadmap) unfold(slug string) {
	r.nodes = r.nodes[:0]
	for _, p := range r.paths {
		if p.Slug != slug {
			continue
		}
		for i := range p.Stages {
			st := &p.Stages[i]
			r.nodes = append(r.nodes, nodeRow{head: st.Title})
			for j := range st.Nodes {
				r.nodes = append(r.nodes, nodeRow{node: &st.Nodes[j]})
			}
		}
	}
	for i := range r.lists {
		c := &r.lists[i]
		if c.Page.Slug != slug {
			continue
		}
		head := "\x00"
		for j := range c.Items {
			if h := c.Items[j].Heading; h != head {
				head = h
				r.nodes = append(r.nodes, nodeRow{head: h})
			}
			r.nodes = append(r.nodes, nodeRow{task: &c.Items[j]})
		}
	}
	r.detail.SetLen(len(r.nodes))
}

func (r *roadmap) current() *roadmapRow {
	if i := r.overview.Index(); i >= 0 && i < len(r.rows) {
		return &r.rows[i]
	}
	return nil
}

func (r *roadmapRow) slug() string {
	switch {
	case r.path != nil:
		return r.path.Slug
	case r.list != nil:
		return r.list.Page.Slug
	default:
		return ""
	}
}

func (r *roadmap) key(k tea.KeyPressMsg) tea.Cmd {
	keys := r.env.Keys
	switch {
	case keys.Enter.Is(k):
		return r.enter()
	case keys.Cycle.Is(k) && r.opened != "":
		return r.cycle()
	case keys.TickOffered.Is(k) && r.offers() > 0:
		return r.tickOffered()
	case keys.Needs.Is(k) && r.opened != "":
		if i := r.detail.Index(); i >= 0 && i < len(r.nodes) && r.nodes[i].node != nil && r.nodes[i].node.Exists {
			return send(openMsg{newNeeds(r.env, r.nodes[i].node.Slug)})
		}
	case keys.Follow.Is(k):
		return r.follow()
	case keys.Export.Is(k):
		return r.export()
	default:
		r.list().Update(k)
	}
	return nil
}

func (r *roadmap) enter() tea.Cmd {
	if r.opened == "" {
		row := r.current()
		if row == nil || row.slug() == "" {
			return nil
		}
		r.opened = row.slug()
		r.unfold(r.opened)
		r.detail.Home()
		r.selectNext()
		return nil
	}
	i := r.detail.Index()
	if i < 0 || i >= len(r.nodes) {
		return nil
	}
	switch n := r.nodes[i]; {
	case n.node != nil && !n.node.Exists:
		return toast(widget.Info, "This page is not written yet.")
	case n.node != nil:
		return send(pageMsg{Place{Slug: n.node.Slug}})
	case n.task != nil:
		return send(pageMsg{Place{Slug: n.task.Slug, Line: n.task.Line}})
	}
	return nil
}

// selectNext puts the cursor on the first thing that is not done.
func (r *roadmap) selectNext() {
	for i, n := range r.nodes {
		if n.node != nil && n.node.Exists && !n.node.Complete() || n.task != nil && n.task.State != study.Done && n.task.State != study.NotForMe {
			r.detail.Select(i)
			return
		}
	}
}

func (r *roadmap) cycle() tea.Cmd {
	i := r.detail.Index()
	if i < 0 || i >= len(r.nodes) {
		return nil
	}
	ctx, svc := r.env.Context, r.env.Study
	switch n := r.nodes[i]; {
	case n.task != nil:
		return setTask(r.env, n.task.ID, nextState(n.task))
	case n.node != nil:
		slug, next := n.node.Slug, study.NextTaskState(n.node.Status)
		return func() tea.Msg {
			if err := svc.SetStatus(ctx, slug, next); err != nil {
				return toastMsg{widget.Error, err.Error()}
			}
			return actedMsg{}
		}
	}
	return nil
}

// nextState is the state that a key leads to: what offers itself is done.
func nextState(t *study.TaskItem) study.TaskState {
	if t.Offer != "" {
		return study.Done
	}
	return study.NextTaskState(t.State)
}

// offers counts the items of the open checklist that offer to be ticked.
func (r *roadmap) offers() int {
	n := 0
	for _, row := range r.nodes {
		if r.opened != "" && row.task != nil && row.task.Offer != "" {
			n++
		}
	}
	return n
}

func (r *roadmap) tickOffered() tea.Cmd {
	ctx, svc, slug := r.env.Context, r.env.Study, r.opened
	return func() tea.Msg {
		ids, err := svc.TickOffered(ctx, slug)
		if err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return tea.BatchMsg{send(toastMsg{widget.Success, "Ticked " + plural(len(ids), "item", "items") + "."}), send(actedMsg{})}
	}
}

// setTask ticks a task off the loop.
func setTask(env *Env, id string, st study.TaskState) tea.Cmd {
	ctx, svc := env.Context, env.Study
	return func() tea.Msg {
		if err := svc.Tick(ctx, id, st); err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return actedMsg{}
	}
}

func (r *roadmap) openPath() *study.PathProgress {
	slug := r.opened
	if row := r.current(); slug == "" && row != nil {
		slug = row.slug()
	}
	for _, p := range r.paths {
		if p.Slug == slug {
			return p
		}
	}
	return nil
}

func (r *roadmap) follow() tea.Cmd {
	p := r.openPath()
	if p == nil {
		return toast(widget.Info, "Only a learning path can be followed.")
	}
	ctx, svc, slug, said := r.env.Context, r.env.Study, p.Slug, "Following "+shortPath(p.Title)+"."
	if p.Active {
		slug, said = "", "Following no path."
	}
	return func() tea.Msg {
		if err := svc.Set(ctx, "path", slug); err != nil {
			return toastMsg{widget.Error, err.Error()}
		}
		return tea.BatchMsg{send(toastMsg{widget.Success, said}), send(actedMsg{})}
	}
}

func (r *roadmap) export() tea.Cmd {
	slug := r.opened
	if row := r.current(); slug == "" && row != nil {
		slug = row.slug()
	}
	for _, p := range r.paths {
		if p.Slug == slug {
			return copyText(r.env, p.Markdown(), "the path as a Markdown checklist")
		}
	}
	for i := range r.lists {
		if r.lists[i].Page.Slug == slug {
			return copyText(r.env, r.lists[i].Markdown(), "the checklist as Markdown")
		}
	}
	return nil
}

// copyText puts text on the clipboard with a program of the system and by the
// terminal's own means, and claims no more than is known.
func copyText(env *Env, text, what string) tea.Cmd {
	native := func() tea.Msg {
		if env.Copy != nil && env.Copy(text) {
			return toastMsg{widget.Success, "Copied " + what + "."}
		}
		return toastMsg{widget.Info, "Sent " + what + " to the terminal's clipboard."}
	}
	return tea.Batch(tea.SetClipboard(text), native)
}

func (r *roadmap) top() int {
	if r.opened == "" {
		return 0
	}
	return 2
}

// Cursor implements cursored.
func (r *roadmap) Cursor() (x, y int, ok bool) {
	y, ok = r.list().CursorLine()
	return 0, y + r.top(), ok
}

// View implements [Screen].
func (r *roadmap) View(w, h int) []string {
	t := r.env.Theme
	switch {
	case r.err != nil:
		return message(t, w, h, t.Error.Render(widget.Clean(r.err.Error())), "`hone doctor` checks the data.")
	case !r.loaded:
		return nil
	case r.opened == "":
		r.overview.SetSize(w, h)
		return r.overview.View(t)
	}
	r.detail.SetSize(w, h-2)
	return append([]string{r.detailHead(w), ""}, r.detail.View(t)...)
}

func (r *roadmap) detailHead(w int) string {
	t := r.env.Theme
	for _, p := range r.paths {
		if p.Slug == r.opened {
			left := " " + t.Title.Render(shortPath(p.Title))
			if p.Active {
				left += t.Success.Render("  " + t.Glyphs.Check + " following")
			}
			if w < 60 {
				return widget.Between(left, t.Muted.Render(fmt.Sprintf("%d of %d ", p.Complete, p.Nodes)), w, t)
			}
			return widget.Between(left, bars(t, p.Part, 16)+t.Muted.Render(fmt.Sprintf("  %d of %d ", p.Complete, p.Nodes)), w, t)
		}
	}
	for i := range r.lists {
		if c := &r.lists[i]; c.Page.Slug == r.opened {
			return widget.Between(" "+t.Title.Render(listTitle(c.Page.Title)),
				bars(t, float64(c.Done)/float64(max(1, len(c.Items))), 16)+t.Muted.Render(fmt.Sprintf("  %d of %d ", c.Done, len(c.Items))), w, t)
		}
	}
	return ""
}

func (r *roadmap) drawRow(i, w int, _ widget.RowState) string {
	t := r.env.Theme
	switch row := r.rows[i]; {
	case row.head != "":
		return t.Heading3.Render(row.head)
	case row.path != nil:
		p := row.path
		left := "  " + shortPath(p.Title)
		if p.Active {
			left += t.Success.Render("  " + t.Glyphs.Check + " following")
		}
		return widget.Between(left, measure(t, w, p.Part, p.Complete, p.Nodes, "pages"), w, t)
	default:
		c := row.list
		right := measure(t, w, float64(c.Done)/float64(max(1, len(c.Items))), c.Done, len(c.Items), "tasks")
		return widget.Between("  "+fitTitle(listTitle(c.Page.Title), w-3-widget.Width(right)), right, w, t)
	}
}

// listTitle is the title of a checklist without that word.
func listTitle(title string) string {
	if rest, ok := strings.CutPrefix(widget.Clean(title), "Checklist: "); ok {
		return shortPath(rest)
	}
	return title
}

// measure draws how much of something is done; narrow windows get less bar
// and fewer words.
func measure(t *theme.Theme, w int, part float64, done, all int, what string) string {
	if w < 70 {
		return bars(t, part, 6) + t.Muted.Render(widget.PadLeft(fmt.Sprintf("%d/%d ", done, all), 7))
	}
	return bars(t, part, 14) + t.Muted.Render(widget.PadLeft(fmt.Sprintf("%d of %d %s ", done, all, what), 17))
}

func (r *roadmap) drawNode(i, w int, st widget.RowState) string {
	t := r.env.Theme
	switch row := r.nodes[i]; {
	case row.node != nil:
		return drawNode(t, row.node, w)
	case row.task != nil:
		left := "  " + t.Tick(theme.Tick(row.task.State)) + " " + widget.Clean(row.task.Text)
		right := ""
		switch {
		case row.task.Offer != "":
			right = t.Success.Render(row.task.Offer+": tick?") + " "
		case row.task.State != study.Todo:
			right = t.Muted.Render(study.TaskStateName(row.task.State) + " ")
		}
		return widget.Between(left, right, w, t)
	default:
		return t.Heading3.Render(widget.Clean(row.head))
	}
}

func drawNode(t *theme.Theme, n *study.PathNode, w int) string {
	mark := t.Tick(theme.Todo)
	switch {
	case n.Status == study.NotForMe:
		mark = t.Tick(theme.NotForMe)
	case n.Complete():
		mark = t.Tick(theme.Done)
	case n.Status == study.Doing || n.Fraction > 0 || n.Seen > 0:
		mark = t.Tick(theme.Doing)
	}
	left := "  " + mark + " " + shortTitle(n.Title)
	if !n.Exists {
		return widget.Between("  "+t.Faint.Render(t.Glyphs.Dot+" "+n.Slug), t.Faint.Render("not written yet "), w, t)
	}
	var parts []string
	if n.Read {
		parts = append(parts, "read")
	} else if n.Fraction > 0 {
		parts = append(parts, fmt.Sprintf("%.0f %% read", n.Fraction*100))
	}
	if n.Cards > 0 {
		parts = append(parts, fmt.Sprintf("%d/%d cards", n.Seen, n.Cards))
	}
	if n.Tasks > 0 {
		parts = append(parts, fmt.Sprintf("%d/%d tasks", n.Done, n.Tasks))
	}
	right := t.Muted.Render(strings.Join(parts, " "+t.Glyphs.Dot+" ") + " ")
	if w >= 96 && n.Why != "" {
		left += t.Muted.Render("  " + widget.Clean(n.Why))
	}
	return widget.Between(widget.Clip(left, w-widget.Width(right)-2, t.Glyphs.Ellipsis), right, w, t)
}
