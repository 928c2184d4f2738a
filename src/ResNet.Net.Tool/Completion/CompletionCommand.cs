using System.CommandLine;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Completion;

/// <summary><c>resnet completion</c>: prints a script that completes commands, options and values in a shell.</summary>
internal static class CompletionCommand
{
    // The scripts ask System.CommandLine's [suggest] directive; without suggestions, shells complete file names.
    private const string Bash = """
        _resnet() {
            local suggestion current="${COMP_WORDS[COMP_CWORD]}"
            COMPREPLY=()
            while IFS= read -r suggestion; do
                [[ "$suggestion" == "$current"* ]] && COMPREPLY+=("$suggestion")
            done < <(resnet "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
        }
        complete -o default -F _resnet resnet
        """;

    private const string Zsh = """
        #compdef resnet
        _resnet() {
            local line="${words[1,CURRENT]}"
            local -a suggestions
            suggestions=("${(@f)$(resnet "[suggest:${#line}]" "$line" 2>/dev/null)}")
            suggestions=(${suggestions:#})
            (( ${#suggestions} )) && compadd -a suggestions || _files
        }
        compdef _resnet resnet
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName resnet -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $line = "$commandAst".PadRight($cursorPosition)
            resnet "[suggest:$cursorPosition]" $line 2>$null | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    public static Command Create()
    {
        Argument<string> shell = new("shell") { Description = "The shell: bash, zsh or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "pwsh");
        ToolCommand command = new("completion", "Print a script for shell completion, as in: eval \"$(resnet completion bash)\"") { shell };
        command.Does((options, _) =>
        {
            Terminal.Out.WriteLine(options.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => PowerShell });
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }
}
