/** What shells are told of docker: each script asks `docker __complete`, whose last line is `:` and cobra's directive. */

/** @param ask `__complete`, or `__completeNoDesc` for words without their descriptions */
export const bashScript = (ask: string): string => `\
# bash completion for docker                               -*- shell-script -*-

__start_docker()
{
    # The line as it is: COMP_WORDS are cut at colons too, which names of images have.
    local -a words
    read -ra words <<< "\${COMP_LINE:0:COMP_POINT}"
    [[ \${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=("")
    local word=\${words[-1]} line directive=0 cut=""
    [[ $word == *:* && $COMP_WORDBREAKS == *:* ]] && cut=\${word%:*}:

    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :* ]]; then
            directive=\${line#:}
        elif [[ $line == "$word"* ]]; then
            line=\${line%%$'\\t'*}
            COMPREPLY+=("\${line#"$cut"}")
        fi
    done < <(docker ${ask} "\${words[@]:1}" 2>/dev/null)

    # 1: it failed; 2: no blank behind the word; 4: no names of files.
    (( directive & 1 )) && COMPREPLY=()
    (( directive & 2 )) && compopt -o nospace
    (( directive & 4 )) && compopt +o default
    return 0
}

complete -o default -F __start_docker docker

# ex: ts=4 sw=4 et filetype=sh
`

export const zshScript = (ask: string): string => `\
#compdef docker
compdef _docker docker

# zsh completion for docker                                -*- shell-script -*-

_docker()
{
    local -a lines answers
    local line directive=0
    lines=("\${(@f)$(docker ${ask} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
    for line in $lines; do
        if [[ $line == :* ]]; then
            directive=\${line#:}
        else
            # A colon parts word and description for _describe.
            line=\${line//:/\\\\:}
            answers+=("\${line/$'\\t'/:}")
        fi
    done
    (( directive & 1 )) && return 1
    local -a options
    (( directive & 2 )) && options=(-S '')
    _describe 'completions' answers "\${options[@]}" && return 0
    (( directive & 4 )) || _files
}

# Loaded from fpath it is called at once.
[[ $funcstack[1] == _docker ]] && _docker
`

export const fishScript = (ask: string): string => `\
# fish completion for docker                               -*- shell-script -*-

function __docker_complete
    set -l words (commandline -opc)
    for line in (docker ${ask} $words[2..-1] (commandline -ct) 2>/dev/null)
        switch $line
            case ':*'
                set -l directive (string sub -s 2 -- $line)
                # Bit 4 is set where no names of files shall follow.
                test (math "floor($directive / 4) % 2") -eq 0; and __fish_complete_path (commandline -ct)
            case '*'
                echo $line
        end
    end
end

complete -c docker -e
complete -c docker -f -a '(__docker_complete)'
`

export const powershellScript = (ask: string): string => `\
# powershell completion for docker                         -*- shell-script -*-

Register-ArgumentCompleter -Native -CommandName docker -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    # Before 7.3 an empty word is lost on the way to a program unless it is quoted twice.
    $last = $wordToComplete
    if ($last -eq '' -and $PSVersionTable.PSVersion -lt [version]'7.3') { $last = '""' }
    # Of --flag=value only what stands behind the sign is proposed.
    $lead = if ($wordToComplete -match '^(-[^=]*=)') { $Matches[1] } else { '' }

    $lines = @(& docker ${ask} @words $last 2>$null)
    $directive = 0
    if ($lines.Count -gt 0 -and $lines[-1] -match '^:(\\d+)$') { $directive = [int]$Matches[1] }
    if ($directive -band 1) { return }
    $blank = if ($directive -band 2) { '' } else { ' ' }

    $found = @($lines | Where-Object { $_ -notlike ':*' } | ForEach-Object {
        $word, $about = $_ -split "\`t", 2
        if (-not $about) { $about = $word }
        if ("$lead$word" -notlike "$([WildcardPattern]::Escape($wordToComplete))*") { return }
        $text = "$lead$word" -replace '([\`"{}();|&@$\\s])', '\`$1'
        [System.Management.Automation.CompletionResult]::new("$text$blank", $word, 'ParameterValue', $about)
    })
    # An empty answer keeps PowerShell from proposing files by itself.
    if ($found.Count -eq 0 -and ($directive -band 4)) { return '' }
    $found
}
`
