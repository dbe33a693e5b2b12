/** The part of the screen that Ink lays out and draws: tab names, the bottom line, the help. Everything else is drawn by the painter. */
import { Box, render, Text, useInput } from 'ink';
import { type ReactNode, useCallback, useSyncExternalStore } from 'react';
import type { ChromeState } from './chrome-state.ts';
import type { FrameSink } from './frame-sink.ts';
import { footerItems, type HelpLine, helpPage } from './help.ts';
import type { KeyStream } from './key-stream.ts';
import { type InkKey, keyName } from './keys/names.ts';
import type { Session } from './session.ts';
import { rgbOf } from './style.ts';
import { tabNames } from './tab-names.ts';
import { type Colours, themes } from './theme.ts';

const hex = (colour: number): string => `#${rgbOf(colour).toString(16).padStart(6, '0')}`;

interface PartProps {
  readonly state: ChromeState;
  readonly colours: Colours;
}

/** Colour props of a text; negative values leave the terminal's own colour. */
const ink = (foreground: number, background = -1) => ({
  ...(foreground >= 0 ? { color: hex(foreground) } : {}),
  ...(background >= 0 ? { backgroundColor: hex(background) } : {}),
});

function Tabs({ state, colours }: PartProps): ReactNode {
  return (
    <Box height={1} paddingLeft={1}>
      {tabNames(state.columns, state.tab).map(({ id, text }) => {
        const isActive = id === state.tab;
        // Without colours brackets mark the active tab.
        const label = isActive && state.mono ? `[${text.slice(1, -1)}]` : text;
        const looks = isActive ? { ...ink(colours.onBar, colours.selected), bold: true } : ink(colours.quiet);
        return (
          <Text key={id} {...looks} underline={isActive && state.focus === id}>
            {label}
          </Text>
        );
      })}
    </Box>
  );
}

const promptWords = { filter: 'Filter', goto: 'Go to', export: 'Export to' } as const;

function Footer({ state, colours }: PartProps): ReactNode {
  const { prompt } = state;
  if (prompt) {
    const hint = prompt.error ?? state.hint;
    const offersCompletions = prompt.kind === 'filter' && prompt.error === null;
    // The end of the typed text stays visible.
    const room = Math.max(8, state.columns - promptWords[prompt.kind].length - 5);
    const text = prompt.text.length > room ? `${state.ascii ? '<' : '…'}${prompt.text.slice(1 - room)}` : prompt.text;
    return (
      <Box height={1} width={state.columns} overflow="hidden">
        <Text wrap="truncate-end">
          <Text bold {...ink(colours.accent)}>{` ${promptWords[prompt.kind]}: `}</Text>
          {text}
          <Text inverse> </Text>
          <Text {...ink(prompt.error ? colours.critical : colours.quiet)}>{`  ${hint}`}</Text>
          {offersCompletions && (
            <>
              <Text {...ink(colours.quiet)}>{state.completionsBefore}</Text>
              <Text bold {...ink(colours.accent)}>
                {state.completionChosen}
              </Text>
              <Text {...ink(colours.quiet)}>{state.completionsAfter}</Text>
            </>
          )}
        </Text>
      </Box>
    );
  }
  return (
    <Box height={1}>
      {footerItems(state).map(({ keys, word }) => (
        <Text key={keys}>
          <Text bold {...ink(colours.accent)}>{` ${keys}`}</Text>
          <Text {...ink(colours.quiet)}>{` ${word} `}</Text>
        </Text>
      ))}
    </Box>
  );
}

function HelpColumn({ lines, colours }: { readonly lines: readonly HelpLine[]; readonly colours: Colours }): ReactNode {
  return (
    <Box flexDirection="column" flexGrow={1} flexBasis={0} paddingRight={1}>
      {lines.map(({ id, keys, text, isHeading }) => (
        <Box key={id} height={1}>
          {isHeading ? (
            <Text bold {...ink(colours.accent)}>
              {text || ' '}
            </Text>
          ) : (
            <>
              <Box width={14} flexShrink={0}>
                <Text bold>{keys || ' '}</Text>
              </Box>
              <Text wrap="truncate-end">{text || ' '}</Text>
            </>
          )}
        </Box>
      ))}
    </Box>
  );
}

function Help({ state, colours }: PartProps): ReactNode {
  const { lines, columns, perColumn, first, lastFirst } = helpPage(state);
  const last = Math.min(lines.length, first + columns * perColumn);
  const place = `lines ${first + 1}-${last} of ${lines.length}, up/down scrolls, `;
  return (
    <Box flexDirection="column" height={state.rows - 1} paddingLeft={2}>
      <Box height={state.rows - 2}>
        {Array.from({ length: columns }, (_, column) => {
          const shown = lines.slice(first + column * perColumn, first + (column + 1) * perColumn);
          return <HelpColumn key={shown[0]?.id ?? column} lines={shown} colours={colours} />;
        })}
      </Box>
      <Text {...ink(colours.quiet)}>{`${lastFirst > 0 ? place : ''}? goes back`}</Text>
    </Box>
  );
}

export function Chrome({ session }: { readonly session: Session }): ReactNode {
  const state = useSyncExternalStore(session.subscribe, session.chrome);
  // A stable handler: Ink would subscribe again whenever it changes.
  const onKey = useCallback((input: string, key: InkKey) => session.key(keyName(input, key), input), [session]);
  useInput(onKey);
  const colours = themes[state.theme];
  const props = { state, colours };
  if (state.tooSmall) return <Text> </Text>;
  if (state.help) {
    return (
      <Box flexDirection="column" width={state.columns} height={state.rows}>
        <Box height={1} />
        <Help {...props} />
      </Box>
    );
  }
  return (
    <Box flexDirection="column" width={state.columns} height={state.rows}>
      <Box height={state.tabsRow} />
      <Tabs {...props} />
      <Box height={state.footerRow - state.tabsRow - 1} />
      <Footer {...props} />
    </Box>
  );
}

/** Mounts Ink on a sink that takes its frames; the returned function unmounts it. */
export function mountChrome(session: Session, sink: FrameSink, keys: KeyStream): () => void {
  const app = render(<Chrome session={session} />, {
    stdout: sink as unknown as NodeJS.WriteStream,
    stdin: keys as unknown as NodeJS.ReadStream,
    debug: true,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  return () => app.unmount();
}
