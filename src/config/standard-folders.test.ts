import { expect, test } from "vitest";
import { standardFolders } from "./standard-folders.ts";

test.each([
  [
    "Linux",
    { platform: "linux", home: "/home/ada", environment: {} },
    { settings: "/home/ada/.config/dgx-pixels", data: "/home/ada/.local/share/dgx-pixels" },
  ],
  [
    "Linux with XDG variables",
    { platform: "linux", home: "/home/ada", environment: { XDG_CONFIG_HOME: "/c", XDG_DATA_HOME: "/d" } },
    { settings: "/c/dgx-pixels", data: "/d/dgx-pixels" },
  ],
  [
    "Linux with relative or empty XDG variables, which the specification says to ignore",
    { platform: "linux", home: "/home/ada", environment: { XDG_CONFIG_HOME: "c", XDG_DATA_HOME: "" } },
    { settings: "/home/ada/.config/dgx-pixels", data: "/home/ada/.local/share/dgx-pixels" },
  ],
  [
    "macOS",
    { platform: "darwin", home: "/Users/ada", environment: {} },
    { settings: "/Users/ada/.config/dgx-pixels", data: "/Users/ada/Library/Application Support/dgx-pixels" },
  ],
  [
    "Windows",
    {
      platform: "win32",
      home: "C:\\Users\\ada",
      environment: { APPDATA: "D:\\Roaming", LOCALAPPDATA: "D:\\Local", XDG_DATA_HOME: "C:\\ignored" },
    },
    { settings: "D:\\Roaming\\dgx-pixels", data: "D:\\Local\\dgx-pixels" },
  ],
  [
    "Windows without its variables",
    { platform: "win32", home: "C:\\Users\\ada", environment: {} },
    {
      settings: "C:\\Users\\ada\\AppData\\Roaming\\dgx-pixels",
      data: "C:\\Users\\ada\\AppData\\Local\\dgx-pixels",
    },
  ],
] as const)("%s", (_, surroundings, folders) => {
  expect(standardFolders(surroundings)).toEqual(folders);
});
