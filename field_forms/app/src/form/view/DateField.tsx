import type { Component } from 'solid-js';
import { type InputNode } from '../engine.ts';
import { useAnswer } from '../session.ts';
import { Question } from './Question.tsx';

type Kind = 'date' | 'time' | 'dateTime';
const two = (n: number) => String(n).padStart(2, '0');
const offset = (at: Date) => {
  const minutes = -at.getTimezoneOffset();
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
};

/** The answer as the browser's own picker wants it, in the phone's time. */
function shown(kind: Kind, value: string): string {
  if (kind === 'date') return value.slice(0, 10);
  if (kind === 'time') return value.slice(0, 5);
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return '';
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

function stored(kind: Kind, field: string): string {
  if (!field || kind === 'date') return field;
  if (kind === 'time') return `${field.slice(0, 5)}:00.000${offset(new Date())}`;
  return `${field.slice(0, 16)}:00.000${offset(new Date(field))}`;
}

export const DateField: Component<{ node: InputNode; kind: Kind; looks: Set<string> }> = (props) => {
  const month = props.looks.has('month-year');
  const year = props.looks.has('year');
  const value = () => props.node.currentState.instanceValue;
  const write = useAnswer(props.node);
  return (
    <Question node={props.node} one>
      {(ids) => (
        <input
          class="field"
          id={ids.control}
          type={year ? 'number' : month ? 'month' : props.kind === 'dateTime' ? 'datetime-local' : props.kind}
          min={year ? 1900 : undefined}
          max={year ? 2100 : undefined}
          value={year ? value().slice(0, 4) : month ? value().slice(0, 7) : shown(props.kind, value())}
          readOnly={props.node.currentState.readonly}
          aria-invalid={ids.invalid()}
          aria-describedby={ids.describedBy()}
          onChange={({ currentTarget: field }) => {
            const text = field.value;
            write(text === '' ? '' : year ? `${text.padStart(4, '0')}-01-01` : month ? `${text}-01` : stored(props.kind, text));
          }}
        />
      )}
    </Question>
  );
};
