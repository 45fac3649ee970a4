package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// helpCommand replaces cobra's own, which answers an unknown name with the
// whole help and success.
func (a *app) helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Explain hone or one command", GroupID: "own",
		ValidArgsFunction: func(_ *cobra.Command, words []string, _ string) ([]string, cobra.ShellCompDirective) {
			at, rest, err := root.Find(words)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var out []string
			for _, c := range at.Commands() {
				if c.IsAvailableCommand() {
					out = append(out, c.Name()+"\t"+c.Short)
				}
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, words []string) error {
			at, rest, err := root.Find(words)
			if err != nil {
				return usageError{err}
			}
			if len(rest) > 0 {
				return usagef("no command is called %q", rest[0])
			}
			at.InitDefaultHelpFlag()
			return at.Help()
		},
	}
}

// completionCommand prints what a shell reads to complete hone's commands.
func (a *app) completionCommand(root *cobra.Command) *cobra.Command {
	shells := []struct {
		name  string
		write func(io.Writer) error
	}{
		{"bash", func(w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
		{"zsh", root.GenZshCompletion},
		{"fish", func(w io.Writer) error { return root.GenFishCompletion(w, true) }},
		{"powershell", root.GenPowerShellCompletionWithDesc},
	}
	names := make([]string, len(shells))
	for i, sh := range shells {
		names[i] = sh.name
	}
	return &cobra.Command{
		Use: "completion SHELL", Short: "Print completions for bash, zsh, fish or powershell",
		Long: `Print a script with which a shell completes commands, flags, pages, cards and
tasks. For example:

  bash        hone completion bash > ~/.local/share/bash-completion/completions/hone
  zsh         hone completion zsh > "${fpath[1]}/_hone"
  fish        hone completion fish > ~/.config/fish/completions/hone.fish
  powershell  hone completion powershell | Out-String | Invoke-Expression`,
		Args: args(cobra.ExactArgs(1)), ValidArgs: names,
		RunE: func(_ *cobra.Command, words []string) error {
			for _, sh := range shells {
				if sh.name == words[0] {
					return sh.write(a.Stdout)
				}
			}
			return usagef("shell %q: want bash, zsh, fish or powershell", words[0])
		},
	}
}

// group makes a command that only holds others say so when it is called
// without one of them, or with one that does not exist.
func group(cmd *cobra.Command) *cobra.Command {
	cmd.Args = func(cmd *cobra.Command, words []string) error {
		if len(words) > 0 {
			return hinted{usagef("%q has no command %q", cmd.CommandPath(), words[0]), fmt.Sprintf("`%s --help` lists its commands", cmd.CommandPath())}
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return hinted{usagef("%q needs a command", cmd.CommandPath()), fmt.Sprintf("`%s --help` lists its commands", cmd.CommandPath())}
	}
	return cmd
}
