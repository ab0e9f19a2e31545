import { spawn } from "node:child_process";
import { TuiError } from "../tui-error.ts";

const openers: Readonly<Record<string, string>> = { darwin: "open", win32: "explorer" };

/** Hands a file to the desktop's own program for it; answers what was done, for a person. */
export function openFile(file: string, platform: NodeJS.Platform = process.platform): Promise<string> {
  const opener = openers[platform] ?? "xdg-open";
  return new Promise((resolve, reject) => {
    const child = spawn(opener, [file], { stdio: "ignore", detached: true });
    child.on("error", (cause) =>
      reject(
        new TuiError("open-failed", `Cannot open ${file}: there is no ${opener} here; open it by hand`, { cause }),
      ),
    );
    child.on("spawn", () => {
      child.unref();
      resolve(`Opened ${file}`);
    });
  });
}
