/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>

#include "control/control.h"

static int append(const char *text, size_t len, void *context)
{
	write_bytes(context, bytes_at(text, len));
	return 0;
}

void control_write(struct buffer *out, const json_t *object)
{
	int written = json_dump_callback(object, append, out, JSON_COMPACT);

	assert(json_is_object(object) && written == 0);
	write_u8(out, '\n');
}

const char *control_request_check(const json_t *request, const char **command)
{
	const json_t *version = json_object_get(request, "v");
	const json_t *word = json_object_get(request, "command");

	if (!json_is_integer(version))
		return "a request has \"v\": 1";
	if (json_integer_value(version) != CONTROL_VERSION)
		return "this daemon speaks version 1 of the control protocol";
	if (!json_is_string(word) || json_string_length(word) == 0)
		return "a request has a \"command\", a word";
	*command = json_string_value(word);
	return NULL;
}

/* What is not ASCII as \xHH. */
static json_t *ascii_string(const char *text)
{
	struct buffer safe = { 0 };
	json_t *string;

	for (const char *p = text; *p; p++) {
		if ((uint8_t)*p < 0x80)
			write_u8(&safe, (uint8_t)*p);
		else
			write_format(&safe, "\\x%02x", (uint8_t)*p);
	}
	string = json_string(buffer_text(&safe));
	buffer_done(&safe);
	return string;
}

json_t *control_text_record(enum control_code class, const char *text)
{
	json_t *record = json_object(), *string = json_string(text);

	if (!string)
		string = ascii_string(text);
	json_object_set_new(record, "class", json_integer(class));
	json_object_set_new(record, "text", string);
	return record;
}

json_t *control_result(enum control_code code)
{
	json_t *record = json_object();

	json_object_set_new(record, "result", json_integer(code));
	return record;
}

bool control_result_code(const json_t *record, int *code)
{
	const json_t *result = json_object_get(record, "result");
	json_int_t value = json_integer_value(result);

	if (!json_is_integer(result))
		return false;
	*code = value >= 0 && value <= 255 ? (int)value : CONTROL_INTERNAL;
	return true;
}
