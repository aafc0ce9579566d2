/** The scripts by which shells ask `segsync complete` at every press of Tab. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** How each is loaded, for good. */
export const LOADED: Readonly<Record<Shell, string>> = {
  bash: 'segsync completion bash >> ~/.bashrc',
  zsh: `segsync completion zsh > "\${fpath[1]}/_segsync"   # before compinit`,
  fish: 'segsync completion fish > ~/.config/fish/completions/segsync.fish',
};

// Bash breaks words at `:` and `=`, which selectors and options hold: the line is read as it was typed, and what stands
// before the last break is taken off the answers, for bash keeps it.
const BASH = `# bash completion of segsync
_segsync_complete() {
  local line="\${COMP_LINE:0:COMP_POINT}" words=() answers=() answer current broken
  read -ra words <<< "$line"
  [[ "$line" =~ [[:space:]]$ ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  mapfile -t answers < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  case "\${answers[0]-}" in
    :files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$2"); return ;;
    :folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$2"); return ;;
  esac
  broken="\${current%"\${current##*[=:]}"}"
  [[ "$COMP_WORDBREAKS" == *[=:]* ]] || broken=""
  for answer in "\${answers[@]}"; do
    answer="\${answer%%$'\\t'*}"
    COMPREPLY+=("\${answer#"$broken"}")
  done
  [[ "\${#COMPREPLY[@]}" == 1 && "\${COMPREPLY[0]}" == *: ]] && compopt -o nospace
  return 0
}
complete -F _segsync_complete segsync
`;

const ZSH = `#compdef segsync
# zsh completion of segsync
_segsync() {
  local line value
  local -a answers values shown
  answers=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case "\${answers[1]-}" in
    :files) _files; return ;;
    :folders) _files -/; return ;;
  esac
  for line in "\${answers[@]}"; do
    [[ -n "$line" ]] || continue
    value="\${line%%$'\\t'*}"
    values+=("$value")
    if [[ "$line" == *$'\\t'* ]]; then shown+=("$value  -- \${line#*$'\\t'}"); else shown+=("$value"); fi
  done
  (( \${#values} )) || return 1
  if [[ \${#values} == 1 && "\${values[1]}" == *: ]]; then
    compadd -S '' -a values
  else
    compadd -l -d shown -a values
  fi
}
if [[ "\${funcstack[1]-}" == _segsync ]]; then
  _segsync "$@"
else
  compdef _segsync segsync
fi
`;

const FISH = `# fish completion of segsync
function __segsync_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l answers ($typed[1] complete -- $typed[2..-1] "$current" 2>/dev/null)
    switch "$answers[1]"
        case ':files'
            __fish_complete_path "$current"
        case ':folders'
            __fish_complete_directories "$current"
        case '*'
            test (count $answers) -gt 0; and printf '%s\\n' $answers
    end
end
complete -c segsync -f -a '(__segsync_complete)'
`;

/** A script that a shell reads. */
export function completionScript(shell: Shell): string {
  return { bash: BASH, zsh: ZSH, fish: FISH }[shell];
}
