import type { CliContext } from "../context.ts";

export type Shell = "bash" | "zsh" | "fish";

/** Each script asks the program itself: it hands over the words so far, the last one unfinished. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `_dgx_pixels() {
  local IFS=$'\\n'
  COMPREPLY=($(dgx-pixels complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _dgx_pixels dgx-pixels
`,
  zsh: `#compdef dgx-pixels
_dgx_pixels() {
  local -a proposals
  proposals=("\${(@f)$(dgx-pixels complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${proposals[1]}" ]]; then compadd -- $proposals; else _files; fi
}
compdef _dgx_pixels dgx-pixels
`,
  fish: `complete -c dgx-pixels -a '(dgx-pixels complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

export default function completion(this: CliContext, _flags: Record<never, never>, shell: Shell): void {
  this.process.stdout.write(scripts[shell]);
}
