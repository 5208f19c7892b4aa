from django.db import migrations

# As a function its plan is kept by the session: planned anew, the joins cost more than the rest of a request.
KNOW = """
CREATE FUNCTION accounts_permissions_of(person bigint) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ARRAY(
        SELECT kind.app_label || '.' || permission.codename
        FROM accounts_user_groups member
        JOIN auth_group_permissions granted USING (group_id)
        JOIN auth_permission permission ON permission.id = granted.permission_id
        JOIN django_content_type kind ON kind.id = permission.content_type_id
        WHERE member.user_id = person
    );
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunSQL(KNOW, "DROP FUNCTION accounts_permissions_of(bigint);")]
